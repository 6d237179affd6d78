"""A database of the clinic with the demo data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen import database, migrate, parse, read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clinic(server: database.Server) -> Iterator[str]:
    """The connection string of a clinic that only this test uses."""
    with database.scratch(server) as connection:
        for migration in parse.migrations(read.sources(ROOT, "migrations")):
            migrate.execute(connection, migration)
        for seed in read.sources(ROOT, "seeds"):
            connection.execute(seed.text.encode())
        yield connection.info.dsn
