"""Plausible but wrong rules: each has a query that disproves it, on the server as well."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from sqlgen import database, describe
from sqlgen.model.catalog import (
    ArrayType,
    Catalog,
    CompositeType,
    DomainType,
    PgType,
)
from sqlgen.model.commands import Cardinality
from tests.soundness import check_traps, row_traps, traps
from tests.soundness.claims import Claim, Connection, broken, claims, parsed

HERE = Path(__file__).parent
SCRIPTS = [(HERE / name).read_text() for name in ("schema.sql", "rows.sql")]


@dataclass
class World:
    connection: Connection
    catalog: Catalog

    def claim(self, sql: str) -> Claim:
        [outcome] = claims(self.connection, self.catalog, [parsed(sql)])
        assert isinstance(outcome, Claim), outcome
        return outcome

    def run(self, sql: str) -> PGresult:
        """Run the statement, roll back its changes, and return its result."""
        with self.connection.transaction(force_rollback=True):
            result = self.connection.pgconn.exec_params(sql.encode(), [])
        assert result.status == ExecStatus.TUPLES_OK, result.error_message.decode()
        return result


@pytest.fixture(scope="module")
def world(server: database.Server) -> Iterator[World]:
    with database.scratch(server) as connection:
        for script in (*SCRIPTS, traps.SCHEMA, check_traps.SCHEMA):
            if server.version < 150000:
                script = script.replace("UNIQUE NULLS NOT DISTINCT", "UNIQUE")
            connection.execute(script.encode())
        yield World(connection, describe.catalog(connection))


def check(world: World, sql: str, nullable: str) -> None:
    claim = world.claim(sql)
    columns = {c.name: c for c in claim.query.columns}
    result = world.run(sql)
    assert broken(claim, result) == []
    wrong = {
        n: c.reason for n, c in columns.items() if c.nullable != (n in nullable.split())
    }
    assert wrong == {}


ALL_TRAPS = traps.TRAPS | check_traps.TRAPS
ALL_PROOFS = traps.PROOFS | check_traps.PROOFS


@pytest.mark.parametrize("case", ALL_TRAPS.values(), ids=ALL_TRAPS)
def test_a_trap_is_seen(world: World, case: traps.Case) -> None:
    sql, nullable = case
    check(world, sql, nullable)
    assert nulls(world.run(sql)) == set(nullable.split()), "the trap shows no NULL"


def test_a_child_may_generate_a_column_that_its_parent_does_not(
    connection: Connection,
) -> None:
    connection.execute("CREATE TABLE parent (n int, twice int)")
    child = "CREATE TABLE child (twice int GENERATED ALWAYS AS (n * 2) STORED) INHERITS (parent)"
    if connection.info.server_version >= 160000:
        with pytest.raises(errors.InvalidColumnDefinition):
            connection.execute(child)
        return
    connection.execute(child)
    connection.execute("INSERT INTO child VALUES (1)")
    world = World(connection, describe.catalog(connection))
    sql = "UPDATE parent SET n = NULL WHERE twice IS NOT NULL RETURNING twice"
    check(world, sql, "twice")
    assert nulls(world.run(sql)) == {"twice"}


@pytest.mark.parametrize(
    "case", check_traps.BY_COLLATION.values(), ids=check_traps.BY_COLLATION
)
def test_a_trap_of_collations_is_seen(connection: Connection, case: traps.Case) -> None:
    try:
        connection.execute(check_traps.COLLATIONS.encode())
    except errors.FeatureNotSupported:
        return  # a server that was built without ICU has no such collations
    world = World(connection, describe.catalog(connection))
    sql, nullable = case
    check(world, sql, nullable)
    assert nulls(world.run(sql)) == set(nullable.split()), "the trap shows no NULL"


@pytest.mark.parametrize("case", traps.SINCE_18.values(), ids=traps.SINCE_18)
def test_a_trap_of_postgresql_18_is_seen(
    newest_server: database.Server, case: traps.Case
) -> None:
    sql, nullable = case
    with database.scratch(newest_server) as connection:
        for script in (*SCRIPTS, traps.SCHEMA_18):
            connection.execute(script.encode())
        world = World(connection, describe.catalog(connection))
        check(world, sql, nullable)
        assert nulls(world.run(sql)) == set(nullable.split()), "the trap shows no NULL"


@pytest.mark.parametrize("case", traps.BY_SETTING.values(), ids=traps.BY_SETTING)
def test_what_a_literal_means_depends_on_the_session(
    world: World, case: tuple[str, str]
) -> None:
    setting, sql = case
    check(world, sql, "name")
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(f"SET LOCAL {setting}".encode())
        assert nulls(world.run(sql)) == {"name"}


def test_a_partial_index_is_of_other_rows_in_another_session(world: World) -> None:
    sql = "SELECT name FROM dated WHERE id = 1 AND at > '2000-01-01'"
    assert world.claim(sql).query.cardinality is Cardinality.MANY
    with world.connection.transaction(force_rollback=True):
        world.connection.execute("SET LOCAL TimeZone = 'Etc/GMT-1'")
        assert world.run(sql).ntuples > 1


@pytest.mark.parametrize("case", ALL_PROOFS.values(), ids=ALL_PROOFS)
def test_what_is_like_a_trap_is_proved(world: World, case: traps.Case) -> None:
    check(world, *case)


@pytest.mark.parametrize("sql", traps.MANY.values(), ids=traps.MANY)
def test_more_than_one_row_is_expected(world: World, sql: str) -> None:
    assert world.claim(sql).query.cardinality is Cardinality.MANY
    assert world.run(sql).ntuples > 1


@pytest.mark.parametrize("sql", traps.NOT_ALWAYS_ONE.values(), ids=traps.NOT_ALWAYS_ONE)
def test_no_row_is_expected(world: World, sql: str) -> None:
    assert world.claim(sql).query.cardinality is not Cardinality.EXACTLY_ONE
    assert world.run(sql).ntuples == 0


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO v_kind VALUES (7, 'novel') RETURNING kind",
        "UPDATE v_kind SET kind = 'play' RETURNING kind",
        "WITH u AS (UPDATE v_kind SET kind = 'play' RETURNING kind) SELECT kind FROM u",
        "UPDATE ruled SET v = 'x' RETURNING v",
        "UPDATE v_ruled SET v = 'x' RETURNING v",
    ],
)
def test_triggers_and_rules_may_return_what_no_check_allows(
    world: World, sql: str
) -> None:
    claim = world.claim(sql)
    assert claim.query.columns[0].literals == ()
    assert world.run(sql).get_value(0, 0) == b"other"


@pytest.mark.parametrize("array", row_traps.HOSTILE_ARRAYS)
@pytest.mark.parametrize("query", row_traps.FIELDS_IN_FROM)
def test_elements_say_nothing_of_their_fields(
    world: World, array: str, query: str
) -> None:
    elements = row_traps.HOSTILE_ARRAYS[array]
    sql = row_traps.FIELDS_IN_FROM[query].format(elements)
    check(world, sql, "x")
    assert nulls(world.run(sql)) == {"x"}


@pytest.mark.parametrize("type_", ["item", "spot", "place"])
def test_elements_of_a_parameter_say_nothing_of_their_fields(
    world: World, type_: str
) -> None:
    claim = world.claim(f"SELECT a.* FROM unnest($1::{type_}[]) AS a")
    assert not claim.query.parameters[0].element_nullable
    assert all(column.nullable for column in claim.query.columns)


@pytest.mark.parametrize(
    "sql", row_traps.FUNCTIONS_IN_FROM.values(), ids=row_traps.FUNCTIONS_IN_FROM
)
def test_a_row_that_a_function_gives_says_nothing_of_its_fields(
    world: World, sql: str
) -> None:
    check(world, sql, "x")
    assert nulls(world.run(sql)) == {"x"}


@pytest.mark.parametrize(
    "value",
    [*row_traps.HOSTILE.values(), *row_traps.HOSTILE_ARRAYS.values()],
    ids=[*row_traps.HOSTILE, *(f"array: {name}" for name in row_traps.HOSTILE_ARRAYS)],
)
def test_fields_of_values_that_are_no_rows_of_the_table_may_be_null(
    world: World, value: str
) -> None:
    claim = world.claim(f"SELECT {value} AS x")
    assert not any(proved_fields(claim.query.columns[0].type))
    assert broken(claim, world.run(claim.sql)) == []


@pytest.mark.parametrize("sql", row_traps.WHOLE_ROWS.values(), ids=row_traps.WHOLE_ROWS)
def test_fields_of_the_tables_rows_keep_its_not_null(world: World, sql: str) -> None:
    claim = world.claim(sql)
    assert proved_fields(claim.query.columns[0].type) == [True, True, False]
    assert broken(claim, world.run(sql)) == []


@pytest.mark.parametrize(
    "sql",
    [
        sql
        for name, sql in row_traps.WHOLE_ROWS.items()
        if name not in ("a domain", "RETURNING")
    ],
)
def test_fields_of_a_views_rows_keep_what_it_proves(world: World, sql: str) -> None:
    shown = sql.replace(" item t", " v_item t")
    claim = world.claim(shown)
    assert proved_fields(claim.query.columns[0].type) == [True, True, False]
    assert broken(claim, world.run(shown)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ROW(1, NULL, NULL)::v_item AS x",
        "SELECT '(1,,)'::v_item AS x",
        "SELECT jsonb_populate_record(NULL::v_item, '{\"id\": 1}') AS x",
        "SELECT t AS x FROM v_item t UNION ALL SELECT ROW(1, NULL, NULL)::v_item",
        "SELECT coalesce((SELECT t FROM v_item t WHERE false), ROW(1, NULL, NULL)::v_item) AS x",
        "SELECT ARRAY[t, ROW(1, NULL, NULL)::v_item] AS x FROM v_item t",
        "SELECT array_agg(t) || ROW(1, NULL, NULL)::v_item AS x FROM v_item t",
        "SELECT t AS x FROM v_item t FOR UPDATE",
        "SELECT s.t AS x FROM (SELECT t FROM v_item t FOR UPDATE) s",
        "UPDATE v_item t SET weight = 1 RETURNING t AS x",
    ],
)
def test_fields_of_what_a_view_did_not_show_may_be_null(world: World, sql: str) -> None:
    claim = world.claim(sql)
    assert not any(proved_fields(claim.query.columns[0].type))
    assert broken(claim, world.run(sql)) == []


def proved_fields(type_: PgType) -> list[bool]:
    match type_:
        case ArrayType(element=inner) | DomainType(base=inner):
            return proved_fields(inner)
        case CompositeType(fields=fields):
            return [field.not_null for field in fields]
        case _:
            raise AssertionError(type_)


def nulls(result: PGresult) -> set[str]:
    return {
        (result.fname(column) or b"").decode()
        for column in range(result.nfields)
        if any(result.get_value(row, column) is None for row in range(result.ntuples))
    }
