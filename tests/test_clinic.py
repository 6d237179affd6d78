"""Tests of the migrations and demo data of the clinic, this repository's example."""

import re
import subprocess
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from sqlgen import migrate, parse, read
from sqlgen.embedded.programs import binaries

ROOT = Path(__file__).parents[1]
MIGRATIONS = parse.migrations(read.sources(ROOT, "migrations"))


def dump(connection: psycopg.Connection[TupleRow], what: str) -> str:
    """Return the output of `pg_dump` without the lines that differ in each run."""
    newest = binaries.from_wheel() or binaries.installed()[0]
    output = subprocess.run(
        [newest.folder / "pg_dump", what, f"--dbname={connection.info.dsn}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return re.sub(r"(?m)^(\\(un)?restrict .*|SELECT pg_catalog\.setval.*)$", "", output)


def test_every_down_file_restores_the_schema(
    connection: psycopg.Connection[TupleRow],
) -> None:
    before = {}
    for migration in MIGRATIONS:
        before[migration.version] = dump(connection, "--schema-only")
        migrate.execute(connection, migration)
    after = dump(connection, "--schema-only")
    for migration in reversed(MIGRATIONS):
        assert migration.down is not None
        connection.execute(migration.down.text.encode())
        assert dump(connection, "--schema-only") == before[migration.version]
    for migration in MIGRATIONS:
        migrate.execute(connection, migration)
    assert dump(connection, "--schema-only") == after


def test_demo_data_can_be_loaded_again(
    connection: psycopg.Connection[TupleRow],
) -> None:
    for migration in MIGRATIONS:
        migrate.execute(connection, migration)
    (seed,) = read.sources(ROOT, "seeds")
    connection.execute(seed.text.encode())
    once = dump(connection, "--data-only")
    assert "Marchetti" in once
    connection.execute(seed.text.encode())
    assert dump(connection, "--data-only") == once
