"""The clinic's own database, with the demo data in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen import database, migrate, parse, read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clinic(server: database.Server) -> Iterator[str]:
    """How to connect to a clinic that nobody else works in."""
    with database.scratch(server) as connection:
        for migration in parse.migrations(read.sources(ROOT, "migrations")):
            migrate.execute(connection, migration)
        for seed in read.sources(ROOT, "seeds"):
            connection.execute(seed.text.encode())
        yield connection.info.dsn
