"""Triggers, rules, views and constraints that are not enforced, which break proofs."""

import pytest

from .conftest import World


def test_a_before_trigger_may_undo_what_is_assigned(world: World) -> None:
    world.run("""
        CREATE TABLE watched (id int PRIMARY KEY, a int, b int);
        INSERT INTO watched VALUES (1, 1, 1);
        CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN new.a := NULL; RETURN new; END';
        CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON watched
            FOR EACH ROW EXECUTE FUNCTION forget();
    """)
    world.check(
        "UPDATE watched SET a = 2 WHERE a = 1 AND b = 1 RETURNING id, a, b", "a b"
    )
    world.check("INSERT INTO watched (id, a) VALUES (2, 2) RETURNING id, a", "a")
    world.check("DELETE FROM watched WHERE a = 1 RETURNING a, b", "b")


def test_a_trigger_of_a_partition_counts(world: World) -> None:
    world.run("""
        CREATE TABLE parted (id int NOT NULL, a int) PARTITION BY LIST (id);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
        CREATE FUNCTION forget_a() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN new.a := NULL; RETURN new; END';
        CREATE TRIGGER forget BEFORE INSERT ON parted_1
            FOR EACH ROW EXECUTE FUNCTION forget_a();
    """)
    world.check("INSERT INTO parted VALUES (1, 2) RETURNING id, a", "a")
    world.check("SELECT id, a FROM parted", "a")


def test_a_generated_column_is_made_anew(world: World) -> None:
    world.run("""
        CREATE TABLE made (id int PRIMARY KEY, a int,
            b int GENERATED ALWAYS AS (nullif(a, 5)) STORED);
        INSERT INTO made VALUES (1, 1);
    """)
    world.check("UPDATE made SET a = 5 WHERE b = 1 RETURNING a, b", "b")


def test_an_instead_of_trigger_returns_what_it_likes(world: World) -> None:
    world.run("""
        CREATE VIEW doctor_names AS SELECT id, name FROM doctors;
        CREATE VIEW doctor_names_2 AS SELECT id, name FROM doctor_names;
        CREATE FUNCTION shrug() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN new.id := NULL; new.name := NULL; RETURN new; END';
    """)
    world.check("SELECT id, name FROM doctor_names_2")
    world.check("UPDATE doctor_names SET name = 'x' RETURNING id, name")
    world.run("""
        CREATE TRIGGER shrug INSTEAD OF INSERT OR UPDATE ON doctor_names
            FOR EACH ROW EXECUTE FUNCTION shrug();
    """)
    for view in ("doctor_names", "doctor_names_2"):
        world.check(f"UPDATE {view} SET name = 'x' RETURNING id, name", "id name")
        world.check(f"INSERT INTO {view} VALUES (9, 'x') RETURNING id, name", "id name")
    world.check("SELECT id, name FROM doctor_names_2")


def test_a_row_written_through_a_view_need_not_be_shown_by_it(world: World) -> None:
    world.run(
        "CREATE VIEW roomy AS SELECT id, room FROM doctors WHERE room IS NOT NULL"
    )
    world.check("SELECT id, room FROM roomy")
    world.check("UPDATE roomy SET room = NULL RETURNING id, room", "room")


def test_rules_return_what_they_like(world: World) -> None:
    world.run("""
        CREATE TABLE ruled (id int NOT NULL);
        CREATE RULE ruled AS ON INSERT TO ruled DO INSTEAD
            INSERT INTO doctors VALUES (77, 'x') RETURNING NULL::int;
    """)
    world.check("INSERT INTO ruled VALUES (1) RETURNING id", "id")


def test_a_view_proves_by_its_own_query(world: World) -> None:
    world.run("""
        CREATE VIEW visited AS SELECT p.id, p.name, v.at FROM patients p
            LEFT JOIN visits v ON v.patient_id = p.id;
        CREATE VIEW visited_2 AS SELECT * FROM visited WHERE at IS NOT NULL;
        CREATE MATERIALIZED VIEW visited_3 AS SELECT id, at FROM visited;
    """)
    world.check("SELECT id, name, at FROM visited", "at")
    world.check("SELECT id, name, at FROM visited_2")
    world.check("SELECT id, at FROM visited_3", "at")
    world.check("SELECT at FROM visited WHERE at > '-infinity'")


def test_checks(world: World) -> None:
    world.run("""
        CREATE TABLE checked (
            a int CHECK (a IS NOT NULL), b int CHECK (b > 0), c int, d int, e int, f int,
            CHECK (num_nonnulls(c, d) = 1), CHECK ((e IS NULL) <> (f IS NULL)));
        ALTER TABLE checked ADD CHECK (b IS NOT NULL) NOT VALID;
        INSERT INTO checked VALUES (1, 1, 1, NULL, NULL, 1);
    """)
    world.check(
        "SELECT a, b, c, coalesce(c, d) AS cd, coalesce(e, f) AS ef, coalesce(c, e) AS ce"
        " FROM checked",
        "b c ce",
    )


def test_an_inherited_not_null_may_be_gone(world: World) -> None:
    if world.major < 18:
        world.run("""
            CREATE TABLE parent (a int NOT NULL);
            CREATE TABLE child () INHERITS (parent);
            ALTER TABLE child ALTER a DROP NOT NULL;
            INSERT INTO child VALUES (NULL);
        """)
    else:
        world.run("""
            CREATE TABLE parent (a int);
            ALTER TABLE parent ADD CONSTRAINT a_set NOT NULL a NO INHERIT;
            CREATE TABLE child () INHERITS (parent);
            INSERT INTO child VALUES (NULL);
        """)
    world.check("SELECT a FROM parent", "a")


def test_row_security_may_hide_the_row_that_a_key_refers_to(world: World) -> None:
    world.run("""
        CREATE TABLE secret (id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE refers (id int NOT NULL REFERENCES secret);
    """)
    sql = "SELECT s.name FROM refers r LEFT JOIN secret s ON s.id = r.id"
    world.check(sql)
    world.run("ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
    world.check(sql, "name")


def test_a_view_that_joins_along_a_key_under_for_update(world: World) -> None:
    world.run("""
        CREATE VIEW guarded AS SELECT p.id, d.name FROM patients p
            LEFT JOIN doctors d ON d.id = p.guardian_id;
    """)
    world.check("SELECT id, name FROM guarded")
    # PostgreSQL refuses to lock the nullable side of an outer join, in a view too.
    with pytest.raises(AssertionError, match="FOR UPDATE cannot be applied"):
        world.verdicts("SELECT id, name FROM guarded FOR UPDATE")


def test_a_deferrable_key_may_be_broken_for_a_while(world: World) -> None:
    world.run("""
        CREATE TABLE later (id int NOT NULL REFERENCES doctors DEFERRABLE);
        CREATE TABLE unsure (id int NOT NULL);
        ALTER TABLE unsure ADD FOREIGN KEY (id) REFERENCES doctors NOT VALID;
    """)
    for table in ("later", "unsure"):
        world.check(
            f"SELECT d.name FROM {table} t LEFT JOIN doctors d ON d.id = t.id", "name"
        )


def test_standard_bodies_are_looked_into(world: World) -> None:
    world.run("""
        CREATE FUNCTION twice(a int) RETURNS int RETURN a * 2;
        CREATE FUNCTION room_of(a int) RETURNS int
            BEGIN ATOMIC SELECT room FROM doctors WHERE id = a; END;
        CREATE FUNCTION all_doctors() RETURNS TABLE (id int, room int)
            BEGIN ATOMIC SELECT id, room FROM doctors; END;
    """)
    world.check(
        "SELECT twice(1) AS a, twice(room) AS b, room_of(2) AS c FROM doctors", "b c"
    )
    world.check("SELECT id, room FROM all_doctors()", "room")


def test_the_reason_says_how_to_vouch_for_a_function(world: World) -> None:
    world.run("""
        CREATE FUNCTION total() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION room() RETURNS int RETURN (SELECT max(room) FROM doctors);
    """)
    reasons = world.verdicts(
        "SELECT total() AS a, room() AS b, data -> 'a' AS c FROM patients"
    )
    assert [verdict.reason for verdict in reasons.values()] == [
        "`total` may give NULL: its body is not read, and `never_null` does not list it",
        "`room` may give NULL: `max` is NULL over no rows",
        "`->` may give NULL",
    ]


def test_a_body_gives_what_its_last_statement_gives(world: World) -> None:
    world.run("""
        CREATE FUNCTION last_of() RETURNS int BEGIN ATOMIC
            SELECT 1; SELECT room FROM doctors WHERE id = 2 LIMIT 1; END;
        CREATE FUNCTION last_is_null() RETURNS int BEGIN ATOMIC SELECT 1; SELECT NULL::int; END;
        CREATE TYPE one_field AS (f int);
        CREATE FUNCTION of_rows() RETURNS SETOF one_field
            BEGIN ATOMIC SELECT ROW(NULL)::one_field; END;
        CREATE FUNCTION of_row() RETURNS one_field
            BEGIN ATOMIC SELECT ROW(NULL)::one_field; END;
        CREATE FUNCTION two_columns() RETURNS TABLE (a int, b int)
            BEGIN ATOMIC SELECT id, room FROM doctors; END;
        CREATE FUNCTION around(n int) RETURNS int RETURN n;
    """)
    world.check(
        "SELECT last_of() AS a, last_is_null() AS b, around(NULL) AS c", "a b c"
    )
    world.check("SELECT f FROM of_rows()", "f")
    world.check("SELECT f FROM of_row()", "f")
    world.check("SELECT two_columns() AS a", "a")


def test_a_function_that_the_user_vouches_for(world: World) -> None:
    world.run("""
        CREATE FUNCTION slug(text) RETURNS text LANGUAGE plpgsql
            AS 'BEGIN RETURN lower($1); END';
    """)
    world.check("SELECT slug(name) AS a FROM doctors", "a")
    world.check(
        "SELECT slug(name) AS a, slug(NULL) AS b FROM doctors",
        "b",
        never_null="public.slug(text)",
    )


VOUCHED = """
    CREATE TYPE pair AS (a int, b text);
    CREATE FUNCTION ids(int) RETURNS SETOF int LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION tabled(int) RETURNS TABLE (a int, b text) LANGUAGE sql AS $$SELECT $1, 'x'$$;
    CREATE FUNCTION outs(int, OUT a int, OUT b text) LANGUAGE sql AS $$SELECT $1, 'x'$$;
    CREATE FUNCTION one_out(int, OUT a int) LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION paired(int) RETURNS pair LANGUAGE sql AS 'SELECT $1, NULL::text';
    CREATE FUNCTION pairs(int) RETURNS SETOF pair LANGUAGE sql AS 'SELECT $1, NULL::text';
    CREATE FUNCTION doctor(int) RETURNS doctors LANGUAGE sql AS $$SELECT 1, 'x', NULL::int, 1$$;
    CREATE FUNCTION all_doctors(int) RETURNS SETOF doctors LANGUAGE sql AS $$SELECT 1, 'x', NULL::int, 1$$;
    CREATE FUNCTION larger(int, int) RETURNS int LANGUAGE sql AS 'SELECT greatest($1, $2)';
    CREATE AGGREGATE largest(int) (SFUNC = larger, STYPE = int);
"""


VOUCHED_CASES = (
    ("SELECT ids(1) AS a", ""),
    ("SELECT a FROM ids(1) AS t (a)", ""),
    ("SELECT a FROM ids(NULL) AS t (a)", "a"),
    ("SELECT a, n FROM ids(1) WITH ORDINALITY AS t (a, n)", ""),
    ("SELECT a, b FROM ROWS FROM (ids(1), generate_series(1, 2)) AS t (a, b)", "a b"),
    ("SELECT a, b FROM tabled(1)", ""),
    ("SELECT a, b FROM tabled(NULL)", "a b"),
    ("SELECT (tabled(1)).a AS x, (SELECT count(*) FROM tabled(1)) AS n", ""),
    ("SELECT p.id, t.b FROM patients p LEFT JOIN tabled(p.id) t ON t.a > 1", "b"),
    ("SELECT a, b FROM outs(1)", ""),
    ("SELECT outs(1) AS r, (outs(1)).b AS b, (outs(NULL)).a AS a", "a"),
    ("SELECT one_out(1) AS a", ""),
    ("SELECT a, b FROM paired(1)", "a b"),
    ("SELECT paired(1) AS r, (paired(1)).b AS b", "b"),
    ("SELECT a, b FROM pairs(1)", "a b"),
    ("SELECT pairs(1) AS r", ""),
    ("SELECT id, name, room FROM doctor(1)", "room"),
    ("SELECT doctor(1) AS r, (doctor(1)).name AS name, (doctor(1)).room AS room", "room"),
    ("SELECT id, name, room FROM all_doctors(1)", "room"),
    ("SELECT all_doctors(1) AS r", ""),
    ("SELECT largest(id) AS a, largest(room) AS b FROM doctors GROUP BY id", "b"),
    ("SELECT largest(id) AS a FROM doctors", "a"),
    ("SELECT largest(id) OVER () AS a FROM doctors", "a"),
)  # fmt: skip


def test_functions_of_rows_that_the_user_vouches_for(world: World) -> None:
    world.run(VOUCHED)
    names = (
        *("ids", "tabled", "outs", "one_out", "paired", "pairs"),
        *("doctor", "all_doctors", "largest"),
    )
    listed = " ".join(f"public.{name}(integer)" for name in names)
    for sql, nullable in VOUCHED_CASES:
        world.check(sql, nullable, never_null=listed)


def test_fields_of_a_tables_row(world: World) -> None:
    world.check(
        "SELECT (s.d).name, (s.d).room, (s.p).name AS other FROM"
        " (SELECT d, p FROM doctors d LEFT JOIN patients p ON p.id = d.id + 9) s",
        "room other",
    )


def test_parameters_are_as_nullable_as_they_are_typed(world: World) -> None:
    sql = "SELECT $1::int AS a, $2::int + 1 AS b, coalesce($2::int, $1) AS c"
    world.check(sql, "b", nullable_parameters=[2])
    world.check(sql)
    world.check("SELECT u FROM unnest($1::int[]) AS u")
    world.check("SELECT fee FROM visits WHERE $1::int IS NULL OR fee = $1", "")
    world.check(
        "SELECT fee FROM visits WHERE $1::int IS NULL OR fee = $1",
        "fee",
        nullable_parameters=[1],
    )


def test_merge_returning(newest: World) -> None:
    newest.check(
        "MERGE INTO doctors d USING (VALUES (1, 3), (50, 4)) AS s(id, room) ON s.id = d.id"
        " WHEN MATCHED THEN UPDATE SET room = s.room"
        " WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, 'n')"
        " RETURNING merge_action() AS m, d.id, d.room, s.id AS source, old.id AS o, new.id AS n",
        "room o",
    )
    newest.check(
        "MERGE INTO empty e USING doctors s ON s.id = e.id"
        " WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 1"
        " RETURNING e.id, s.id AS source, new.a AS n",
        "source n",
    )
    newest.check(
        "MERGE INTO doctors d USING (SELECT 1 AS id) s ON s.id = d.id AND d.room = 7"
        " WHEN NOT MATCHED THEN INSERT (id, name) VALUES (60, 'n')"
        " WHEN MATCHED THEN UPDATE SET name = 'y' RETURNING d.room",
        "room",
    )


def test_old_and_new(newest: World) -> None:
    newest.check(
        "INSERT INTO doctors (id, name, room) VALUES (70, 'x', 3)"
        " RETURNING old.id AS a, new.id AS b, new.room AS c, room",
        "a",
    )
    newest.check(
        "UPDATE doctors SET room = NULL WHERE room = 7"
        " RETURNING old.room AS a, new.room AS b, old.id AS c, new.boss AS d",
        "b d",
    )
    newest.check(
        "DELETE FROM visits WHERE fee > 1 RETURNING old.fee AS a, new.fee AS b, new.id AS c, fee",
        "b c",
    )


def test_json_null_becomes_null(newest: World) -> None:
    newest.check(
        "SELECT ('null'::jsonb)::int AS a, ('null'::jsonb)::bool AS b, ('null'::jsonb)::numeric AS c,"
        " ('null'::jsonb)::text AS d",
        "a b c",
    )


def test_not_null_not_valid(newest: World) -> None:
    newest.run("""
        CREATE TABLE lately (a int);
        INSERT INTO lately VALUES (NULL);
        ALTER TABLE lately ADD CONSTRAINT a_set NOT NULL a NOT VALID;
    """)
    newest.check("SELECT a FROM lately", "a")
    newest.run("DELETE FROM lately; ALTER TABLE lately VALIDATE CONSTRAINT a_set")
    newest.check("SELECT a FROM lately")


def test_virtual_columns(newest: World) -> None:
    newest.run("""
        CREATE TABLE virtual (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL,
            c int NOT NULL GENERATED ALWAYS AS (coalesce(a, 0)) VIRTUAL);
        INSERT INTO virtual VALUES (NULL), (1);
    """)
    newest.check("SELECT a, b, c FROM virtual", "a b")


def test_sql_json(newest: World) -> None:
    newest.check(
        "SELECT json_object('a': NULL) AS a, json_array(NULL) AS b, json_scalar(1) AS c,"
        " json_value('{}', '$.a') AS d, json_query('{}', '$.a') AS e, json_exists('{}', '$.a') AS f,"
        " json_objectagg('k': id) AS g, '{}' IS JSON AS h, json_scalar(NULL::int) AS i,"
        " json_array(SELECT 1 WHERE false) AS j FROM empty",
        "d e g i j",
    )
    newest.check(
        "SELECT a, o, n FROM json_table('[{}]', '$[*]' COLUMNS (o FOR ORDINALITY, a int PATH '$.a',"
        " NESTED PATH '$.b[*]' COLUMNS (n FOR ORDINALITY)))",
        "a n",
    )
