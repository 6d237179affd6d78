"""`plans = true`: builds keep what indexes do for queries, and warn where one lost its index."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sqlgen.cli.group import main
from sqlgen.database import Server
from tests.test_plans.test_statistics import write

SCHEMA = """CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint NOT NULL, vet_id bigint, name text);
CREATE INDEX pets_owner ON pets (owner_id);
"""
QUERIES = """-- name: of_owner :many
SELECT id FROM pets WHERE owner_id = :owner;
-- name: of_vet :many
SELECT id FROM pets WHERE vet_id = :vet;
-- name: all_pets :many
SELECT id FROM pets;
"""
PLANS = "generated/.sqlgen/plans.json"
SERVED = {"served": {"public.pets": ["pets_owner"]}, "unserved": {}}
UNSERVED = {"served": {}, "unserved": {"public.pets": ["owner_id"]}}


@pytest.fixture
def project(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is built, with a cache of its own."""
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    write(
        root,
        {
            "pyproject.toml": f"[tool.sqlgen]\nplans = true\nserver = '{server.conninfo}'\n",
            "migrations/1_base.sql": SCHEMA,
            "queries/q.sql": QUERIES,
        },
    )
    result = run(root, "build")
    assert result.exit_code == 0, result.output
    assert "lost-index" not in result.output
    return root


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), *arguments])


def recorded(folder: Path) -> dict[str, object]:
    queries: dict[str, object] = json.loads((folder / PLANS).read_text())["queries"]
    return queries


def test_what_is_kept(project: Path) -> None:
    assert recorded(project) == {
        "all_pets": {"served": {}, "unserved": {}},
        "of_owner": SERVED,
        "of_vet": {"served": {}, "unserved": {"public.pets": ["vet_id"]}},
    }


def test_a_migration_drops_an_index(project: Path) -> None:
    write(
        project, {"migrations/2_drop.sql": "-- Not needed.\nDROP INDEX pets_owner;\n"}
    )
    checked = run(project, "check", "--format", "github")
    assert checked.exit_code == 1
    assert PLANS in checked.output
    built = run(project, "build", "--format", "json")
    assert built.exit_code == 0, built.output
    # Once: what is recorded now has no index.
    for result in (checked, built):
        assert result.output.count("no index serves the conditions of `of_owner`") == 1
        assert "`migrations/2_drop.sql` drops the one that did" in result.output
        assert "of_vet" not in result.output.replace(PLANS, "").split("lost-index")[0]
    assert recorded(project)["of_owner"] == UNSERVED
    for command in ("build", "check"):
        again = run(project, command)
        assert again.exit_code == 0, again.output
        assert "no index serves" not in again.output
    assert run(project, "check", "--offline").exit_code == 0


def test_a_column_goes_with_its_index(project: Path) -> None:
    text = "ALTER TABLE pets DROP owner_id; ALTER TABLE pets ADD owner_id bigint;\n"
    write(project, {"migrations/2_column.sql": text})
    built = run(project, "build")
    assert "no index serves the conditions of `of_owner` on owner_id" in built.output
    assert "drops the one that did" not in built.output


def test_an_index_in_its_place(project: Path) -> None:
    text = "CREATE INDEX more ON pets (owner_id, id);\nDROP INDEX pets_owner;\n"
    write(project, {"migrations/2_index.sql": text})
    built = run(project, "build")
    assert "no index serves" not in built.output
    assert recorded(project)["of_owner"] == {
        "served": {"public.pets": ["more"]},
        "unserved": {},
    }


def test_a_query_changes(project: Path) -> None:
    text = QUERIES.replace("owner_id = :owner", "owner_id::text = :owner")
    write(project, {"queries/q.sql": text})
    built = run(project, "build")
    assert "no index serves the conditions of `of_owner` on owner_id" in built.output
    assert recorded(project)["of_owner"] == UNSERVED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "<<<<<<< HEAD\n{}\n",
        "[]",
        '{"queries": []}',
        '{"queries": {"of_owner": {"served": {"public.pets": 3}, "unserved": {}}}}',
        '{"queries": {"of_owner": {"served": {"public.pets": [{}]}, "unserved": {}}}}',
        '{"queries": {"of_owner": {"served": {}, "unserved": {}, "pages": 3}}}',
        '{"queries": {"of_owner": 3}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_ours(project: Path, text: str) -> None:
    marker = '{\n  "generated": "by sqlgen; do not edit, merge conflicts are solved by a build"'
    write(project, {PLANS: f"{marker}{text}"})
    assert run(project, "check").exit_code == 1
    offline = run(project, "check", "--offline")
    assert offline.exit_code == 1
    assert "has not the plans of these queries" in offline.output
    built = run(project, "build")
    assert built.exit_code == 0, built.output
    assert recorded(project)["of_owner"] == SERVED


def test_offline_without_the_file(project: Path) -> None:
    (project / PLANS).unlink()
    result = run(project, "check", "--offline")
    assert result.exit_code == 1
    assert "has not the plans of these queries" in result.output


def test_it_goes_with_the_setting(project: Path) -> None:
    config = (project / "pyproject.toml").read_text()
    write(project, {"pyproject.toml": config.replace("plans = true\n", "")})
    assert run(project, "build").exit_code == 0
    assert not (project / PLANS).exists()


def test_a_build_of_one_file(project: Path) -> None:
    write(
        project,
        {
            "queries/other.sql": "-- name: by_name :many\nSELECT id FROM pets WHERE name = :name;\n"
        },
    )
    result = run(project, "build", str(project / "queries/other.sql"))
    assert result.exit_code == 0, result.output
    assert "by_name" in recorded(project)
    assert run(project, "check").exit_code == 0


def test_pages_lose_their_index(project: Path) -> None:
    text = "-- name: pages :page\nSELECT id FROM pets WHERE owner_id = :owner ORDER BY name, id;\n"
    column = "ALTER TABLE pets ALTER name SET NOT NULL;\n"
    index = "CREATE INDEX pets_names ON pets (owner_id, name, id);\n"
    write(
        project, {"queries/pages.sql": text, "migrations/2_index.sql": column + index}
    )
    assert "lost-index" not in run(project, "build").output
    assert recorded_pages(project) == ({"public.pets": ["pets_names"]}, {})
    write(project, {"migrations/3_drop.sql": "DROP INDEX pets_names;\n"})
    built = run(project, "build")
    message = (
        "no index serves the pages of `pages` on id, name, owner_id of pets any more"
    )
    assert f"{message}: `migrations/3_drop.sql` drops the one that did" in built.output
    # The other index still serves the condition.
    assert "serves the conditions" not in built.output
    lost = {"public.pets": ["id", "name", "owner_id"]}
    assert recorded_pages(project) == ({}, lost)
    assert "no index serves" not in run(project, "build").output
    assert run(project, "check", "--offline").exit_code == 0


def recorded_pages(folder: Path) -> tuple[object, object]:
    entry = json.loads((folder / PLANS).read_text())["queries"]["pages"]
    return entry["pages"], entry["unserved_pages"]


def test_a_loss_in_a_file_that_has_not_changed(project: Path) -> None:
    """As after a change of branches: the cache has the plans, and the file has those of before."""
    text = (project / PLANS).read_text()
    lost = '"of_vet": {"served": {"public.pets": ["pets_vet"]}, "unserved": {}}'
    kept = '"of_vet": {"served": {}, "unserved": {"public.pets": ["vet_id"]}}'
    assert kept in text
    write(project, {PLANS: text.replace(kept, lost)})
    built = run(project, "build")
    assert (
        "no index serves the conditions of `of_vet` on vet_id of pets" in built.output
    )
    assert " --> queries/q.sql:3:10" in built.output
    assert (project / PLANS).read_text() == text


def test_a_query_moves_to_another_file(project: Path) -> None:
    (project / "queries/q.sql").rename(project / "queries/z.sql")
    plans = (project / PLANS).read_text()
    write(project, {"queries/a.sql": "-- name: one :one\nSELECT 1 AS one;\n"})
    built = run(project, "build")
    assert built.exit_code == 0, built.output
    assert "lost-index" not in built.output
    assert [*recorded(project)] == ["all_pets", "of_owner", "of_vet", "one"]
    (project / "queries/a.sql").unlink()
    assert run(project, "build").exit_code == 0
    assert (project / PLANS).read_text() == plans


def test_files_may_share_the_name_of_a_query(project: Path) -> None:
    text = "-- name: of_owner :many\nSELECT id FROM pets WHERE name = :name;\n"
    write(project, {"queries/more.sql": text})
    assert run(project, "build").exit_code == 0
    by_name = {"served": {}, "unserved": {"public.pets": ["name"]}}
    plans = recorded(project)
    assert plans.pop("of_owner in queries/more.sql") == by_name
    assert plans.pop("of_owner in queries/q.sql") == SERVED
    assert "of_owner" not in plans
    assert run(project, "check").exit_code == 0
    lines = run(project, "plans").output.splitlines()
    assert [line for line in lines if line.startswith("of_owner")] == [
        "of_owner  queries/more.sql:1"
    ]
