"""The name of a query at the end of its statement, as the server shows it."""

from pathlib import Path

import psycopg
import pytest

from sqlgen import database
from sqlgen.embedded.processes import postgres
from sqlgen.embedded.programs import binaries
from tests.test_behaviour import packages
from tests.test_behaviour.packages import Build, Connection

SCHEMA = "CREATE TABLE t (id int PRIMARY KEY, note text)"
LAST = "SELECT query FROM pg_stat_activity WHERE pid = %s"
QUERIES = {
    "one_line": ":many\nSELECT id FROM t;",
    "lines": ":many\nSELECT id\nFROM t;",
    "line_comment": ":many\nSELECT id FROM t -- all of them\n;",
    "dashes_in_a_string": ":many\nSELECT '--' AS dashes FROM t;",
    "block_comment": ":many\nSELECT id FROM t /* all /* of */ them */;",
    "quote_at_the_end": ':many\nSELECT id AS "i" FROM t ORDER BY "i";',
    "parameter_at_the_end": ":many\nSELECT id FROM t WHERE id = :id;",
    "changes": ":exec\nUPDATE t SET note = NULL;",
    "counts": ":execrows\nDELETE FROM t;",
    "streams": ":stream\nSELECT id FROM t -- all of them\n;",
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_server_sees_the_name(
    build: Build, connection: Connection, name: str
) -> None:
    q = build(SCHEMA, f"-- name: {name} {QUERIES[name]}").sub("q")
    with psycopg.connect(connection.info.dsn, autocommit=True) as watch:
        values = {"id": 1} if ":id" in QUERIES[name] else {}
        result = getattr(q, name)(connection, **values)
        if name != "streams":
            [(query,)] = watch.execute(LAST, (connection.info.backend_pid,)).fetchall()
            assert query.endswith(f"/* q.{name} */")
            return
    assert list(result) == [], "a cursor's declaration has the comment inside"
    assert getattr(q, name.upper()).endswith(f" /* q.{name} */")


def test_bulk_statements_have_names(build: Build, connection: Connection) -> None:
    q = build(
        SCHEMA,
        "-- name: copied :copy\nINSERT INTO t VALUES (:id, :note) -- rows\n;\n"
        "-- name: batched :batch\nINSERT INTO t VALUES (:id, :note) -- rows\n;\n",
    ).sub("q")
    assert q.copied(connection, rows=[q.CopiedParams(1, "a")]) == 1
    assert q.batched(connection, rows=[q.BatchedParams(2, "b")]) == 1
    assert q.COPIED.endswith("STDIN (FORMAT BINARY) /* q.copied */")
    assert q.BATCHED.endswith("/* q.batched */")


def test_they_can_be_left_out(build: Build) -> None:
    query = "-- name: one_line :many\nSELECT id FROM t;"
    q = build(SCHEMA, query, statement_names=False).sub("q")
    assert q.ONE_LINE == "SELECT id FROM t"


@pytest.mark.parametrize("encoding", ["UTF8", "LATIN1"])
def test_names_that_the_connection_cannot_encode(
    build: Build, connection: Connection, tmp_path: Path, encoding: str
) -> None:
    query = "-- name: one_line :many\nSELECT id FROM t;"
    q = build(SCHEMA, query, module="пациенты").sub("пациенты")
    connection.execute(f"SET client_encoding TO {encoding}")
    assert q.one_line(connection) == []
    assert q.ONE_LINE.isascii()
    assert (tmp_path / "made/пациенты.py").exists()


@pytest.mark.system  # the wheel's PostgreSQL has no contrib modules
def test_pg_stat_statements_keeps_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = "pg_stat_statements"
    monkeypatch.setitem(postgres._SETTINGS, "shared_preload_libraries", library)
    monkeypatch.syspath_prepend(str(tmp_path))
    with (
        database.server("embedded", binaries=binaries.installed()[-1]) as server,
        database.scratch(server) as connection,
    ):
        connection.execute("CREATE EXTENSION pg_stat_statements")
        queries = "-- name: counted :one\nSELECT count(*) FROM t WHERE id = :id;"
        q = packages.build(tmp_path, connection, SCHEMA, queries, module="seen").sub(
            "seen"
        )
        q.counted(connection, id=1)
        texts = connection.execute("SELECT query FROM pg_stat_statements").fetchall()
    assert ("SELECT count(*) FROM t WHERE id = $1 /* seen.counted */",) in texts
