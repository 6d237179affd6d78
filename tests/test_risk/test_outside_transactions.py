"""Statements that PostgreSQL does not run in a transaction: their locks are gone when they end."""

import threading
import time

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sqlgen import database
from tests.test_risk.conftest import Connection, measured, waiting

CONCURRENT = [
    "CREATE INDEX CONCURRENTLY ON items (name)",
    "CREATE UNIQUE INDEX CONCURRENTLY ON items (name)",
    "DROP INDEX CONCURRENTLY items_name_idx",
    "REINDEX TABLE CONCURRENTLY items",
    "REINDEX INDEX CONCURRENTLY items_pkey",
]
INDEX = "CREATE INDEX items_name_idx ON items (name)"


@pytest.mark.parametrize("statement", CONCURRENT)
def test_nobody_waits_for_what_is_concurrent(
    statement: str, server: database.Server, schema_connection: Connection
) -> None:
    if "DROP" in statement:
        schema_connection.execute(INDEX)
    conninfo = make_conninfo(server.conninfo, dbname=schema_connection.info.dbname)
    with (
        psycopg.connect(conninfo) as writer,
        psycopg.connect(conninfo, autocommit=True) as migration,
    ):
        writer.execute("INSERT INTO items VALUES (1, 'one')")
        thread = threading.Thread(
            target=migration.execute, args=(statement.encode(),), daemon=True
        )
        thread.start()
        while not is_waiting(schema_connection, migration.info.backend_pid):
            time.sleep(0.01)
        assert waiting(server, schema_connection.info.dbname) == set()
        writer.rollback()
        thread.join(60)
    schema_connection.execute("DROP INDEX IF EXISTS items_name_idx")
    if "DROP" in statement:
        schema_connection.execute(INDEX)
    assert measured(schema_connection, f"-- no-transaction\n{statement}") == ()


def is_waiting(connection: Connection, pid: int) -> bool:
    row = connection.execute(
        "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'",
        (pid,),
    ).fetchone()
    return row is not None


COMMITS = "CALL change()"
PROCEDURE = """
CREATE PROCEDURE change() LANGUAGE plpgsql AS $$
BEGIN
    {}
    COMMIT;
END $$;
"""


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("VACUUM items", []),
        ("VACUUM FULL items", ["table-rewrite items: ACCESS EXCLUSIVE items"]),
        (
            "REINDEX SCHEMA public",
            [
                "blocking-index children: ACCESS EXCLUSIVE children_pkey",
                "blocking-index items: ACCESS EXCLUSIVE items_pkey",
                "blocking-index notes: ACCESS EXCLUSIVE notes_pkey",
                "blocking-index orphans: ACCESS EXCLUSIVE orphans_pkey",
                "blocking-index parents: ACCESS EXCLUSIVE parents_pkey",
                "blocking-index totals: ACCESS EXCLUSIVE totals_name_idx",
            ],
        ),
        (
            "ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY",
            ["brief-lock events_1: ACCESS EXCLUSIVE events_1"],
        ),
        # What PostgreSQL runs in a transaction has one of its own.
        (
            "ALTER TABLE items ADD x int;\nUPDATE items SET x = 1",
            ["bulk-update items: ", "brief-lock items: ACCESS EXCLUSIVE items"],
        ),
        (
            "BEGIN; ALTER TABLE items ADD x int;\nUPDATE items SET x = 1; COMMIT",
            [
                "lock-held items: ACCESS EXCLUSIVE items",
                "bulk-update items: ",
                "brief-lock items: ACCESS EXCLUSIVE items",
            ],
        ),
    ],
)
def test_other_statements(
    schema_connection: Connection, statements: str, expected: list[str]
) -> None:
    if "DETACH" in statements:
        schema_connection.execute("DROP TABLE events_rest")
    found = measured(schema_connection, f"-- no-transaction\n{statements}")
    locks = [", ".join(f"{b.mode} {b.relation}" for b in f.blocked) for f in found]
    assert sorted(
        [f"{f.code} {f.relation}: {lock}" for f, lock in zip(found, locks, strict=True)]
    ) == sorted(expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("CREATE INDEX ON items (name);", ["blocking-index items: SHARE"]),
        ("ALTER TABLE items ADD x int;", ["brief-lock items: ACCESS EXCLUSIVE"]),
        (
            "ALTER TABLE items ADD x int DEFAULT random();",
            ["table-rewrite items: ACCESS EXCLUSIVE"],
        ),
        ("UPDATE items SET name = 'x';", []),
        ("CREATE TABLE fresh (id int PRIMARY KEY);", []),
    ],
)
@pytest.mark.parametrize("form", ["CALL change()", "DO $x$ BEGIN {} COMMIT; END $x$"])
def test_a_procedure_that_commits(
    schema_connection: Connection, body: str, expected: list[str], form: str
) -> None:
    schema_connection.execute(PROCEDURE.format(body).encode())
    found = measured(schema_connection, f"-- no-transaction\n{form.format(body)}")
    assert [f"{f.code} {f.relation}: {f.blocked[0].mode}" for f in found] == expected
    left = schema_connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sqlgen%%'"
    ).fetchall()
    assert left == []
    assert schema_connection.execute("SELECT FROM pg_event_trigger").fetchall() == []


def test_without_the_right_to_watch(schema_connection: Connection) -> None:
    schema_connection.execute(PROCEDURE.format("PERFORM 1;").encode())
    role = f"weak_{schema_connection.info.backend_pid}"
    schema_connection.execute(f"CREATE ROLE {role}".encode())
    try:
        text = f"-- no-transaction\nSET ROLE {role};\nCALL change()"
        (finding,) = measured(schema_connection, text)
        assert finding.code == "locks-not-measured"
        assert finding.place.line == 3
    finally:
        schema_connection.execute(f"DROP ROLE {role}".encode())
