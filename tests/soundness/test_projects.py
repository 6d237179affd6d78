"""Whole projects, executed: the clinic, the goldens, and others.

`SQLGEN_SOUNDNESS_PROJECTS` may have the folders of other projects, separated by `:`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sqlgen import database, describe, migrate, parse, read
from tests.soundness.claims import Claim, claims
from tests.soundness.trial import Trial, run

ROOT = Path(__file__).parents[2]
GOLDEN = sorted(
    folder.parent
    for folder in (ROOT / "tests" / "golden").glob("*/expected")
    if (folder / "__init__.py").exists()
    and (folder.parent / "queries").is_dir()
    and (folder.parent / "migrations").is_dir()  # not the folder of another tool
)
GIVEN = [
    Path(p) for p in os.environ.get("SQLGEN_SOUNDNESS_PROJECTS", "").split(":") if p
]
WORDS = (
    *(f"MRN-00000{number}" for number in range(9)),
    *("a@b", "b@c", "J01CA04", "a.b", "key", "sha256:ab"),
    '{"nodes": [{"id": "a", "kind": "start", "title": "A"}], "edges": []}',
)
"""Texts that match the patterns in constraints, and a document for a constraint on a graph."""


@pytest.mark.parametrize("folder", [ROOT, *GOLDEN, *GIVEN], ids=lambda path: path.name)
def test_a_projects_queries_keep_what_is_claimed(
    server: database.Server,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trial = tried(server, folder, tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{folder.name}, {server.version}, {trial.summary}\n")
    assert trial.wrong == {}


@contextmanager
def without_new_roles(server: database.Server) -> Iterator[None]:
    """Drop the roles that are made meanwhile: they would be there for other tests on the server."""
    roles = "SELECT rolname FROM pg_roles"
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        before = set(connection.execute(roles).fetchall())
        yield
        for (name,) in set(connection.execute(roles).fetchall()) - before:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def tried(server: database.Server, folder: Path, empty: Path) -> Trial:
    if (folder / "pyproject.toml").exists():
        config = read.config(folder)
    else:  # a golden without a configuration
        (empty / "pyproject.toml").write_text("[tool.sqlgen]\n")
        config = replace(read.config(empty), root=folder)
    sources = read.sources(folder, config.queries)
    queries = [q for source in sources for q in parse.query_file(source).queries]
    with (
        without_new_roles(server),
        database.scratch(server, search_path=config.search_path) as connection,
    ):
        for migration in parse.migrations(read.sources(folder, config.migrations)):
            migrate.execute(connection, migration)
        catalog = describe.catalog(connection)
        outcomes = claims(connection, catalog, queries)
        refused = [outcome for outcome in outcomes if not isinstance(outcome, Claim)]
        assert refused == []
        good = [outcome for outcome in outcomes if isinstance(outcome, Claim)]
        return run(connection, catalog, good, 1, rounds=6, texts=WORDS)
