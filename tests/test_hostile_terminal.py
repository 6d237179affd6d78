"""No character on which a terminal acts gets from a database into what commands print."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from psycopg import sql

from sqlgen.cli import main
from sqlgen.database import Server, scratch

HOSTILE = "a\x1b[2J\x9b2J\u202e\nb"
ACTED_ON = re.compile(r"[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]")

TABLE = f"""\
CREATE TABLE pets (
    id int PRIMARY KEY,
    "{HOSTILE}" text,
    CONSTRAINT "x{HOSTILE}" CHECK ("{HOSTILE}" <> '{HOSTILE}')
);
CREATE INDEX "i{HOSTILE}" ON pets ("{HOSTILE}");
"""
QUERIES = f"""\
-- name: list_pets :many
SELECT id, "{HOSTILE}", "{HOSTILE}" AS "c{HOSTILE}" FROM pets WHERE "{HOSTILE}" || 'x' = :name;

-- name: add_pet :exec
INSERT INTO pets (id, "{HOSTILE}") VALUES (:id, :name);
"""


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Path:
    files = {
        "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
        "migrations/1_base.sql": TABLE,
        "queries/pets.sql": QUERIES,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def output(*command: str, status: int = 0) -> str:
    """Return what a command prints, in which no character is hostile."""
    result = CliRunner().invoke(main, command)
    assert result.exit_code == status, result.output
    assert not ACTED_ON.findall(result.output), result.output
    return result.stdout


@pytest.mark.parametrize("command", ["describe", "plans"])
def test_names_of_a_schema(project: Path, command: str) -> None:
    text = output("-C", str(project), command)
    assert "a\\x1b[2J\\x9b2J\\u202e" in text
    found = json.loads(output("-C", str(project), command, "--format", "json"))
    assert HOSTILE in json.dumps(found, ensure_ascii=False).replace(
        "\\n", "\n"
    ).replace("\\u001b", "\x1b")


def test_what_a_ledger_says(project: Path, newest_server: Server) -> None:
    with scratch(newest_server) as connection:
        url = connection.info.dsn
        target = ["-C", str(project), "migrate"]
        output(*target, "up", "--database-url", url)
        (project / "migrations" / "1_base.sql").unlink()
        statement = sql.SQL("UPDATE {} SET description = %s")
        ledger = sql.Identifier("_sqlgen_migrations")
        connection.execute(statement.format(ledger), (HOSTILE,))
        for command, status in (("status", 0), ("check", 4)):
            text = output(*target, command, "--database-url", url, status=status)
            assert "a\\x1b[2J\\x9b2J\\u202e" in text
            document = output(
                *target,
                command,
                "--database-url",
                url,
                "--format",
                "json",
                status=status,
            )
            assert "\\u009b2J" in document
