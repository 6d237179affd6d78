"""What has changed since a revision: queries that lost their index."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sqlgen.cli.group import main
from sqlgen.database import Server
from tests.test_plans.test_statistics import column, relation, write

SCHEMA = """
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint NOT NULL, vet_id bigint, name text);
CREATE INDEX pets_owner ON pets (owner_id);
"""
QUERIES = """
-- name: of_owner :many
SELECT id FROM pets WHERE owner_id = :owner;
-- name: of_vet :many
SELECT id FROM pets WHERE vet_id = :vet;
-- name: found :many
-- sqlgen: optional owner, name
SELECT id FROM pets WHERE owner_id = :owner AND name = :name AND vet_id > 0;
"""
NEW = "-- name: added :many\nSELECT id FROM pets WHERE name = :name;\n"


def git(folder: Path, *arguments: str) -> str:
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env={**os.environ, **settings},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture
def deployed(tmp_path: Path, server: Server) -> Path:
    write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{server.conninfo}'\n",
            "migrations/1_base.sql": SCHEMA,
            "queries/q.sql": QUERIES,
        },
    )
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "deployed")
    return tmp_path


def plans(folder: Path, *arguments: str) -> Result:
    command = ["-C", str(folder), "plans", "--from", "main", *arguments]
    return CliRunner().invoke(main, command)


def changes(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["changes"]
    return found


def test_nothing_has_changed(deployed: Path) -> None:
    result = plans(deployed)
    assert result.exit_code == 0, result.output
    commit = git(deployed, "rev-parse", "main")[:9]
    assert result.stdout == f"lost an index since main ({commit}): 0 queries\n"


def test_an_index_is_dropped(deployed: Path) -> None:
    write(deployed, {"migrations/2_drop.sql": "DROP INDEX pets_owner;\n"})
    write(deployed, {"queries/new.sql": NEW})
    result = plans(deployed)
    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines()[:2] == [
        "of_owner  queries/q.sql:2",
        "  Bitmap Scan pets_owner → Seq Scan pets",
    ]
    found = changes(plans(deployed, "--format", "json"))
    assert [(c["query"], c["statement"], c["lost_index"]) for c in found] == [
        ("of_owner", "", True),
        ("found", "with all conditions", True),
        ("found", "with only owner", True),
    ]
    annotation = plans(deployed, "--format", "github").stdout.splitlines()[0]
    assert annotation.startswith("::error file=queries/q.sql,line=2,")


def test_an_index_is_made(deployed: Path) -> None:
    write(deployed, {"migrations/2_add.sql": "CREATE INDEX ON pets (vet_id);\n"})
    result = plans(deployed, "of_vet", "--format", "json")
    assert result.exit_code == 0, result.output
    assert changes(result) == [
        {
            "query": "of_vet",
            "file": "queries/q.sql",
            "line": 4,
            "statement": "",
            "table": "pets",
            "before": "Seq Scan pets",
            "now": "Bitmap Scan pets_vet_id_idx",
            "lost_index": False,
        }
    ]


def test_another_index_does_as_well(deployed: Path) -> None:
    text = "CREATE INDEX other ON pets (owner_id, id);\nDROP INDEX pets_owner;\n"
    write(deployed, {"migrations/2_other.sql": text})
    assert plans(deployed).exit_code == 0


def test_a_query_loses_it_by_its_words(deployed: Path) -> None:
    text = QUERIES.replace("owner_id = :owner;", "owner_id::numeric = :owner;")
    write(deployed, {"queries/q.sql": text})
    result = plans(deployed, "of_owner")
    assert result.exit_code == 1, result.output


def test_with_statistics(deployed: Path) -> None:
    statistics = (
        relation("pets", 40_000, 5_000_000)
        + relation("pets_owner", 14_000, 5_000_000)
        + column("pets", "owner_id", "'n_distinct', '1000000'::real")
    )
    write(deployed, {"stats.sql": statistics})
    write(deployed, {"migrations/2_drop.sql": "DROP INDEX pets_owner;\n"})
    stats = str(deployed / "stats.sql")
    result = plans(deployed, "of_owner", "--statistics", stats)
    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines()[1] == (
        "  Index Scan pets_owner → Seq Scan pets (5,000,000 rows)"
    )
    small = statistics.replace("5000000", "50").replace("0000'::int", "'::int")
    write(deployed, {"stats.sql": small})
    assert plans(deployed, "of_owner", "--statistics", stats).exit_code == 0


def test_a_revision_without_a_project(tmp_path: Path, server: Server) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "-m", "empty", "--allow-empty")
    write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{server.conninfo}'\n",
            "migrations/1_base.sql": SCHEMA,
            "queries/q.sql": QUERIES,
        },
    )
    assert plans(tmp_path).exit_code == 0
    result = CliRunner().invoke(main, ["-C", str(tmp_path), "plans", "--from", "gone"])
    assert result.exit_code == 2
    assert "git knows no commit `gone`" in result.stderr


def test_a_query_of_the_same_name_in_another_file(deployed: Path) -> None:
    text = "-- name: of_owner :many\nSELECT id FROM pets WHERE name = :name;\n"
    write(deployed, {"queries/a.sql": text})
    assert changes(plans(deployed, "--format", "json")) == []
    write(deployed, {"migrations/2_drop.sql": "DROP INDEX pets_owner;\n"})
    found = changes(plans(deployed, "--format", "json"))
    owners = [(c["file"], c["line"]) for c in found if c["query"] == "of_owner"]
    assert owners == [("queries/q.sql", 2)]


def test_a_query_that_moves_to_another_file(deployed: Path) -> None:
    (deployed / "queries" / "q.sql").rename(deployed / "queries" / "a.sql")
    write(deployed, {"migrations/2_drop.sql": "DROP INDEX pets_owner;\n"})
    found = changes(plans(deployed, "--format", "json"))
    assert ("of_owner", True) in [(c["query"], c["lost_index"]) for c in found]
