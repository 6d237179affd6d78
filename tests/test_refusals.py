"""A server that refuses a statement of sqlgen's: a diagnostic, whichever it is and whatever asks."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from sqlgen import database
from sqlgen.cli.group import main
from sqlgen.database.refusals import refusal
from sqlgen.embedded.throwaway import throwaway
from sqlgen.explain import fetch_indexes
from sqlgen.model.diagnostic import ServerUnavailableError
from tests.conftest import WHEEL

FILES = {
    "pyproject.toml": "[tool.sqlgen]\nplans = true\n",
    "migrations/0001_t.up.sql": "CREATE TABLE t (id int PRIMARY KEY, name text);\n",
    "migrations/0001_t.down.sql": "DROP TABLE t;\n",
    "queries/t.sql": "-- name: list_t :many\nSELECT id FROM t WHERE name = :name;\n",
}

CATALOGS = (
    *("pg_attribute", "pg_class", "pg_constraint", "pg_depend", "pg_index"),
    *(
        "pg_inherits",
        "pg_namespace",
        "pg_proc",
        "pg_roles",
        "pg_settings",
        "pg_type",
        "pg_locks",
    ),
)

COMMANDS = (
    ("build",),
    ("check",),
    ("plans",),
    ("docs", "--output", "pages"),
    ("describe", "list_t"),
    ("migrate", "risk", "--all"),
    ("migrate", "verify"),
    ("migrate", "up", "--database-url", "{url}"),
    ("migrate", "status", "--database-url", "{url}"),
    ("migrate", "check", "--database-url", "{url}"),
    ("migrate", "down", "--database-url", "{url}"),
    ("doctor", "{url}"),
)


@pytest.fixture(scope="module")
def administrator() -> Iterator[str]:
    """Return the connection string of a superuser for the first template of a cluster that is thrown away."""
    assert WHEEL
    with throwaway(WHEEL) as cluster:
        conninfo = database.embedded_server(cluster.server).conninfo
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("CREATE ROLE weak LOGIN CREATEDB")
            connection.execute("ALTER DATABASE template0 ALLOW_CONNECTIONS true")
        yield make_conninfo(conninfo, dbname="template0")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("catalog", CATALOGS)
def test_no_command_fails_with_a_traceback(
    root: Path, administrator: str, catalog: str
) -> None:
    def execute(statement: str) -> None:
        with psycopg.connect(administrator, autocommit=True) as connection:
            connection.execute(statement.encode())

    server = make_conninfo(administrator, user="weak", dbname="postgres")
    url = make_conninfo(server, dbname=f"of_{catalog}")
    execute(f"REVOKE ALL ON pg_catalog.{catalog} FROM PUBLIC")
    execute(f"CREATE DATABASE of_{catalog} TEMPLATE template0 OWNER weak")
    refused = 0
    try:
        for command in COMMANDS:
            result = CliRunner().invoke(
                main,
                ["-C", str(root), *[word.format(url=url) for word in command]],
                env={"SQLGEN_SERVER_URL": server, "DATABASE_URL": None},
            )
            if result.exception and not isinstance(result.exception, SystemExit):
                raise AssertionError(command) from result.exception
            if f"permission denied for {catalog}" in result.stderr.replace(
                "table ", ""
            ).replace("view ", ""):
                refused += 1
                assert "error[" in result.stderr
                assert result.exit_code != 0
    finally:
        execute(f"GRANT SELECT ON pg_catalog.{catalog} TO PUBLIC")
    assert refused


def test_a_server_that_refuses_the_indexes() -> None:
    with pytest.raises(ServerUnavailableError, match="permission denied for table x"):
        fetch_indexes(lambda _: "permission denied for table x")


def test_a_wrong_statement_is_a_bug(
    newest_connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    with pytest.raises(psycopg.Error) as wrong:
        newest_connection.execute("SELEC 1")
    assert refusal(wrong.value) is None
    with pytest.raises(psycopg.Error) as refused:
        newest_connection.execute("SET statement_timeout = 1; SELECT pg_sleep(60)")
    assert "statement timeout" in str(refusal(refused.value))
