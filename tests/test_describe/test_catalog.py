"""The catalog has exactly the constraints that are enforced for every row."""

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe
from sqlgen.model.catalog import (
    ArrayType,
    Catalog,
    Column,
    CompositeType,
    DomainType,
    EnumType,
    ForeignKey,
    PgType,
    RangeType,
    Relation,
    RelationKind,
    UniqueKey,
)

Connection = psycopg.Connection[TupleRow]


def read(connection: Connection, *script: str) -> Catalog:
    for statement in script:
        connection.execute(statement)
    return describe.catalog(connection)


def relation(catalog: Catalog, name: str) -> Relation:
    [relation] = [
        each
        for each in catalog.relations.values()
        if each.name == name and each.schema not in ("pg_catalog", "information_schema")
    ]
    return relation


def column(catalog: Catalog, table: str, name: str) -> Column:
    columns = relation(catalog, table).columns.values()
    return next(each for each in columns if each.name == name)


def type_(catalog: Catalog, name: str) -> PgType:
    return next(each for each in catalog.types.values() if each.name == name)


def test_types_of_every_kind(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE SCHEMA app",
        "CREATE TYPE app.mood AS ENUM ('sad', 'happy')",
        "ALTER TYPE app.mood ADD VALUE 'ok' BEFORE 'happy'",
        "COMMENT ON TYPE app.mood IS 'How it is.'",
        "CREATE DOMAIN size AS varchar(10) NOT NULL CHECK (VALUE IN ('s', 'm'))",
        "CREATE DOMAIN small AS size CHECK (VALUE = 's')",
        "CREATE TYPE point3 AS (x float8, moods app.mood[])",
        "CREATE TYPE span AS RANGE (subtype = float8, multirange_type_name = spans)",
        "CREATE TABLE t (id int PRIMARY KEY, gone int, p point3)",
        "ALTER TABLE t DROP COLUMN gone",
    )
    mood = type_(catalog, "mood")
    assert isinstance(mood, EnumType)
    assert (mood.schema, mood.display, mood.labels, mood.comment) == (
        "app",
        "app.mood",
        ("sad", "ok", "happy"),
        "How it is.",
    )
    size, small = type_(catalog, "size"), type_(catalog, "small")
    assert isinstance(size, DomainType)
    assert (size.base.display, size.not_null, size.literals) == (
        "character varying",
        True,
        ("s", "m"),
    )
    assert isinstance(small, DomainType)
    assert (small.base, small.not_null, small.literals) == (size, True, ("s",))
    point = type_(catalog, "point3")
    assert isinstance(point, CompositeType)
    assert not point.is_relation
    x, moods = point.fields
    assert (x.name, x.type.display) == ("x", "double precision")
    assert isinstance(moods.type, ArrayType)
    assert moods.type.element is mood
    for name, multirange in (("span", False), ("spans", True)):
        range_ = type_(catalog, name)
        assert isinstance(range_, RangeType)
        assert (range_.subtype.name, range_.multirange) == ("float8", multirange)
    row = type_(catalog, "t")
    assert isinstance(row, CompositeType)
    assert row.is_relation
    assert [(each.name, each.not_null) for each in row.fields] == [
        ("id", True),
        ("p", False),
    ]
    assert not isinstance(type_(catalog, "int2vector"), ArrayType)


def test_columns(connection: Connection) -> None:
    catalog = read(
        connection,
        """CREATE TABLE t (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            gone int,
            name text NOT NULL DEFAULT '',
            twice bigint GENERATED ALWAYS AS (1 * 2) STORED
        )""",
        "ALTER TABLE t DROP COLUMN gone",
        "COMMENT ON TABLE t IS 'A table.'",
        "COMMENT ON COLUMN t.name IS 'Its name.'",
    )
    table = relation(catalog, "t")
    assert (table.kind, table.schema, table.comment) == (
        RelationKind.TABLE,
        "public",
        "A table.",
    )
    assert list(table.columns) == [1, 3, 4]
    key, name, twice = table.columns.values()
    assert (key.identity, key.not_null, key.has_default) == (True, True, False)
    assert (name.not_null, name.has_default, name.comment) == (True, True, "Its name.")
    assert (twice.generated, twice.not_null) == ("s", False)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("c text CHECK (c IN ('a', 'b'))", ("a", "b")),
        ("c varchar(5) CHECK (c IN ('a', 'b'))", ("a", "b")),
        ("c text CHECK (c = 'a' OR c IS NULL)", ("a",)),
        ("c text CHECK (c IN ('a', 'b')) CHECK (c IN ('b', 'd'))", ("b",)),
        ('"a B" text CHECK ("a B" IN (\'a\'))', ("a",)),
        ("c text, d text, CHECK (c IN ('a') AND d IN ('b'))", ("a",)),
        ("c char(3) CHECK (c IN ('a'))", ()),
        ("c text COLLATE ci CHECK (c IN ('a'))", ()),
        ("c text CHECK (lower(c) IN ('a'))", ()),
        ("c text, d int, CHECK (d > 1 OR c IN ('a'))", ()),
    ],
)
def test_literals(
    connection: Connection, check: str, expected: tuple[str, ...]
) -> None:
    catalog = read(
        connection,
        # Such a collation needs ICU, and not every server is built with it.
        "CREATE COLLATION ci (locale = 'C')",
        "UPDATE pg_collation SET collisdeterministic = false WHERE collname = 'ci'",
        f"CREATE TABLE t ({check})",
    )
    assert relation(catalog, "t").columns[1].literals == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("text CHECK (VALUE IN ('a'))", ("a",)),
        ("text COLLATE ci CHECK (VALUE IN ('a'))", ()),
        ("caseless CHECK (VALUE IN ('a'))", ()),
        ("caseless COLLATE \"C\" CHECK (VALUE IN ('a'))", ()),
    ],
)
def test_literals_of_domains(
    connection: Connection, domain: str, expected: tuple[str, ...]
) -> None:
    catalog = read(
        connection,
        "CREATE COLLATION ci (locale = 'C')",
        "UPDATE pg_collation SET collisdeterministic = false WHERE collname = 'ci'",
        "CREATE DOMAIN caseless AS text COLLATE ci",
        f"CREATE DOMAIN d AS {domain}",
        "CREATE TABLE t (c d)",
    )
    type_ = relation(catalog, "t").columns[1].type
    assert isinstance(type_, DomainType)
    assert type_.literals == expected


def test_what_is_not_valid_does_not_count(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (c text, p_id int)",
        "ALTER TABLE t ADD CONSTRAINT few CHECK (c IN ('a')) NOT VALID",
        "ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID",
        "CREATE DOMAIN d AS text",
        "ALTER DOMAIN d ADD CHECK (VALUE IN ('a')) NOT VALID",
    )
    table = relation(catalog, "t")
    assert table.checks == ()
    assert table.columns[1].literals == ()
    assert table.foreign_keys == ()
    domain = type_(catalog, "d")
    assert isinstance(domain, DomainType)
    assert domain.literals == ()


def test_what_is_not_enforced_does_not_count(newest_connection: Connection) -> None:
    catalog = read(
        newest_connection,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (c text CHECK (c IN ('a')) NOT ENFORCED, n int, p_id int"
        " REFERENCES p NOT ENFORCED)",
        "ALTER TABLE t ADD CONSTRAINT set NOT NULL n NOT VALID",
    )
    table = relation(catalog, "t")
    assert table.checks == ()
    assert table.foreign_keys == ()
    assert not table.columns[2].not_null


def test_a_parent_is_what_its_children_are(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE TABLE parent (a text NOT NULL, b int NOT NULL, c text CHECK (c IN ('x')) NO INHERIT)",
        "CREATE TABLE child () INHERITS (parent)",
        "CREATE TABLE grandchild () INHERITS (child)",
    )
    assert relation(catalog, "parent").has_children
    assert relation(catalog, "parent").checks == ()
    assert column(catalog, "parent", "c").literals == ()
    assert column(catalog, "parent", "a").not_null
    if catalog.server_version < 180000:
        catalog = read(
            connection, "ALTER TABLE grandchild ALTER COLUMN a DROP NOT NULL"
        )
        for name in ("parent", "child", "grandchild"):
            assert not column(catalog, name, "a").not_null
            assert column(catalog, name, "b").not_null


def test_foreign_tables_are_not_enforced(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE SERVER s FOREIGN DATA WRAPPER w",
        "CREATE TABLE p (a text NOT NULL CHECK (a IN ('x'))) PARTITION BY LIST (a)",
        "CREATE FOREIGN TABLE f PARTITION OF p FOR VALUES IN ('x') SERVER s",
    )
    assert relation(catalog, "f").kind is RelationKind.FOREIGN_TABLE
    for name in ("p", "f"):
        assert not column(catalog, name, "a").not_null
        assert column(catalog, name, "a").literals == ()
        assert relation(catalog, name).checks == ()


def test_unique_keys(connection: Connection) -> None:
    is_15 = connection.info.server_version >= 150000
    catalog = read(
        connection,
        """CREATE TABLE t (
            a int, b int, c int, d int UNIQUE DEFERRABLE, e int,
            UNIQUE (b, c),
            PRIMARY KEY (a)
        )""",
        "CREATE UNIQUE INDEX ON t (c) INCLUDE (d)",
        "CREATE UNIQUE INDEX ON t (e) WHERE e > 1",
        "CREATE UNIQUE INDEX ON t (abs(e))",
        "CREATE INDEX ON t (e)",
        f"CREATE UNIQUE INDEX ON t (e, a){' NULLS NOT DISTINCT' * is_15}",
    )
    assert relation(catalog, "t").unique_keys == (
        UniqueKey((1,), primary=True),
        UniqueKey((2, 3)),
        UniqueKey((3,)),
        UniqueKey((5, 1)),
    )


def test_foreign_keys(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b))",
        """CREATE TABLE t (
            x int, y int, z int, w int,
            FOREIGN KEY (y, x) REFERENCES p (a, b),
            FOREIGN KEY (z, w) REFERENCES p (a, b) DEFERRABLE
        )""",
    )
    target = relation(catalog, "p").oid
    assert relation(catalog, "t").foreign_keys == (
        ForeignKey(columns=(2, 1), target=target, target_columns=(1, 2)),
    )


def test_a_key_to_a_partitioned_table_is_to_none_of_its_partitions(
    connection: Connection,
) -> None:
    catalog = read(
        connection,
        "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "CREATE TABLE t (a int REFERENCES p)",
    )
    [key] = relation(catalog, "t").foreign_keys
    assert key.target == relation(catalog, "p").oid


def test_views_have_their_trees(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE TABLE t (a int NOT NULL)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE MATERIALIZED VIEW m AS SELECT a FROM v",
    )
    assert relation(catalog, "t").tree == ""
    for name in ("v", "m"):
        assert relation(catalog, name).tree.startswith("({QUERY ")
        assert not column(catalog, name, "a").not_null
        assert not relation(catalog, name).has_rules
    [system] = [r for r in catalog.relations.values() if r.name == "pg_stats"]
    assert system.tree == ""


def test_triggers_and_rules(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE p (a int) PARTITION BY LIST (a)",
        "CREATE TABLE t PARTITION OF p DEFAULT",
        "CREATE TRIGGER t1 BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER t2 AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER t3 BEFORE DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f()",
        "CREATE VIEW v AS SELECT a, 1 AS b FROM p",
        "CREATE TRIGGER t4 INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING",
    )
    before = frozenset({("before", "insert"), ("before", "update")})
    assert relation(catalog, "t").row_triggers == before
    assert relation(catalog, "p").row_triggers == before
    assert relation(catalog, "v").row_triggers == {("instead of", "update")}
    assert relation(catalog, "v").has_rules
    assert not relation(catalog, "t").has_rules


def test_functions(connection: Connection) -> None:
    catalog = read(
        connection,
        "CREATE FUNCTION f(a int, OUT b text, VARIADIC c int[]) LANGUAGE sql"
        " IMMUTABLE STRICT AS $$SELECT 'x'$$",
        "CREATE FUNCTION g() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
        "CREATE EXTENSION pg_trgm" if _has_trgm(connection) else "SELECT 1",
    )
    named = {each.name: each for each in catalog.functions.values()}
    f, g = named["f"], named["g"]
    assert f.signature == "f(integer, integer[])"
    assert f.all_arguments == (
        ("i", "a", "integer"),
        ("o", "b", "text"),
        ("v", "c", "integer[]"),
    )
    assert (f.result, f.kind, f.strict, f.variadic, f.volatile) == (
        "text",
        "f",
        True,
        True,
        False,
    )
    assert (f.language, f.body, f.system, f.extension) == ("sql", "", False, "")
    assert g.returns_set
    assert g.volatile
    assert "{QUERY " in g.body
    assert named["count"].kind == "a"
    assert named["row_number"].kind == "w"
    assert named["upper"].system
    if "similarity" in named:
        assert named["similarity"].extension == "pg_trgm"
    assert "||" in catalog.operators.values()


def _has_trgm(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'"
    )
    return row.fetchone() is not None


def test_the_connection_is_idle_afterwards(connection: Connection) -> None:
    assert describe.catalog(connection) == describe.catalog(connection)
    assert connection.info.transaction_status.name == "IDLE"
