"""Packages generated for one test."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.test_behaviour import packages
from tests.test_behaviour.packages import Build, Connection


@pytest.fixture
def build(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Build]:
    """A function that generates a package from a schema and queries, and imports it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield partial(packages.build, tmp_path, connection)
    for name in [name for name in sys.modules if name.split(".")[0] == "made"]:
        del sys.modules[name]
