from datetime import UTC, datetime

import pytest

from sqlgen import parse
from sqlgen.migrate import new
from sqlgen.model.diagnostic import ConfigurationError
from sqlgen.model.source import SourceFile

NOW = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "description", "expected"),
    [
        ([], "Add patients!", "0001_add_patients"),
        (["0001_a.up.sql", "0002_b.up.sql"], "größe ändern", "0003_größe_ändern"),
        (["99_a.sql"], "b", "100_b"),
        (["20250101000000_a.sql"], "b", "20260131120005_b"),
        (["20270101000000_a.sql"], "b", "20270101000001_b"),
    ],
)
def test_the_next_migration_is_numbered_like_the_others(
    names: list[str], description: str, expected: str
) -> None:
    migrations = parse.migrations([SourceFile(f"db/{name}", "") for name in names])
    up, down = new(migrations, "db", description, NOW)
    assert (up, down) == (f"db/{expected}.up.sql", f"db/{expected}.down.sql")


def test_a_migration_must_be_described() -> None:
    with pytest.raises(ConfigurationError, match="does not describe"):
        new([], "db", " ?! ", NOW)
