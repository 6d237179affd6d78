"""The deployed revision: which it is, and how its files are read without touching anything."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sqlgen.cli.group import main
from sqlgen.database import Server

SCHEMA = "CREATE TABLE pets (id int PRIMARY KEY, name text NOT NULL, note text);\n"
QUERY = "-- name: pets :many\nSELECT * FROM pets;\n"
DROP = "ALTER TABLE pets DROP COLUMN note;\n"


def git(folder: Path, *arguments: str, given: bytes | None = None) -> str:
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env={**os.environ, **settings},
        input=given,
        check=True,
        capture_output=True,
    ).stdout.decode()


def impact(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), "impact", *arguments])


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture(autouse=True)
def _no_base_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Path:
    """A project whose main branch is deployed; the branch `drop` drops a column."""
    git(tmp_path, "init", "-q", "-b", "main")
    write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
            "migrations/1_pets.sql": SCHEMA,
            "queries/pets.sql": QUERY,
        },
    )
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "deployed")
    git(tmp_path, "checkout", "-q", "-b", "drop")
    write(tmp_path, {"migrations/2_drop.sql": DROP})
    return tmp_path


def test_the_deployed_code_is_tried_on_the_new_schema(project: Path) -> None:
    commit = git(project, "rev-parse", "main")[:9]
    result = impact(project)
    assert result.exit_code == 1, result.output
    assert result.stdout == (
        "migrations/2_drop.sql\n"
        '  breaks         pets  column "note" does not exist\n'
        "safe to migrate first: no   safe to deploy first: yes\n"
    )
    document = json.loads(impact(project, "--format", "json").stdout)
    assert document == {
        "from": f"main ({commit})",
        "safe_to_migrate_first": False,
        "safe_to_deploy_first": True,
        "deployed_code": [
            {
                "verdict": "breaks",
                "query": "pets",
                "item": None,
                "message": 'column "note" does not exist',
                "file": "queries/pets.sql",
                "line": 1,
                "migration": "migrations/2_drop.sql",
            }
        ],
        "new_code": [],
        "nobody_reads": [],
    }
    assert impact(project, "--format", "github").stdout.splitlines() == [
        (
            "::error file=migrations/2_drop.sql,line=1,col=1,endColumn=1,title=breaks::"
            'pets: column "note" does not exist'
        ),
        "::notice title=deploy-order::safe to migrate first: no   safe to deploy first: yes",
    ]


def test_without_changes_both_orders_are_safe(project: Path) -> None:
    (project / "migrations/2_drop.sql").unlink()
    result = impact(project)
    assert (result.exit_code, result.stdout) == (
        0,
        "safe to migrate first: yes   safe to deploy first: yes\n",
    )


def test_each_finding_has_the_first_migration_that_it_comes_from(project: Path) -> None:
    write(
        project,
        {
            "migrations/2_drop.sql": "ALTER TABLE pets ALTER name DROP NOT NULL;\n",
            "migrations/3_harmless.sql": "CREATE TABLE owners (id int, phone text);\n",
            "migrations/4_rename.sql": "ALTER TABLE pets RENAME TO animals;\n",
            "queries/pets.sql": QUERY.replace("* FROM pets", "id FROM animals"),
        },
    )
    text = impact(project).stdout
    assert text.startswith(
        "migrations/4_rename.sql\n"
        '  breaks         pets  relation "pets" does not exist: pets.id is now animals.id\n'
        "the new code on the schema of main"
    )
    assert "nobody reads: animals.name, animals.note, owners.id, owners.phone\n" in text
    write(
        project, {"migrations/4_rename.sql": "SELECT 1;\n", "queries/pets.sql": QUERY}
    )
    assert impact(project).stdout.startswith(
        "migrations/2_drop.sql\n  widens         pets.name  may be NULL now"
    )


def test_fifty_pending_migrations_each_have_their_findings(project: Path) -> None:
    views = "".join([f"CREATE VIEW v{n} AS SELECT {n} AS n;\n" for n in range(50)])
    write(project, {"migrations/1_pets.sql": SCHEMA + views})
    queries = [f"-- name: q{n} :many\nSELECT n FROM v{n};\n" for n in range(50)]
    write(project, {"queries/pets.sql": "\n".join(queries)})
    (project / "migrations/2_drop.sql").unlink()
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "fifty views")
    write(project, {"queries/pets.sql": "\n".join(queries[1::2])})
    for n in range(50):
        change = (
            f"CREATE OR REPLACE VIEW v{n} AS SELECT -1 AS n;\n"
            if n % 2
            else f"DROP VIEW v{n};\n"
        )
        write(project, {f"migrations/{n + 2}_change.sql": change})
    result = json.loads(impact(project, "--from", "HEAD", "--format", "json").stdout)
    found = {
        (one["query"], one["verdict"], one["migration"])
        for one in result["deployed_code"]
    }
    assert found == {
        (f"q{n}", "changes" if n % 2 else "breaks", f"migrations/{n + 2}_change.sql")
        for n in range(50)
    }


def test_what_a_later_migration_repairs_is_not_found(project: Path) -> None:
    view = "CREATE OR REPLACE VIEW v AS SELECT {} AS n;\n"
    write(
        project,
        {
            "migrations/1_pets.sql": SCHEMA + view.format(1),
            "queries/pets.sql": "-- name: n :many\nSELECT n FROM v;\n",
        },
    )
    git(project, "add", "migrations/1_pets.sql", "queries")
    git(project, "commit", "-q", "-m", "a view")
    numbers = {2: 2, 3: 1, 4: 3}
    for name, number in numbers.items():
        write(project, {f"migrations/{name}_drop.sql": view.format(number)})
    result = impact(project, "--from", "HEAD")
    assert result.exit_code == 0
    changes = '  changes        n  view "v" is defined differently\n'
    assert result.stdout.startswith(
        f"migrations/4_drop.sql\n{changes}the new code on the schema of HEAD"
    )
    assert "\nsafe to migrate first: yes   safe to deploy first: yes\n" in result.stdout
    write(project, {"migrations/4_drop.sql": view.format(1)})
    assert changes not in impact(project, "--from", "HEAD").stdout


def test_a_revision_is_the_main_branch_where_this_one_began(project: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "later")
    git(project, "checkout", "-q", "main")
    write(project, {"migrations/3_note.sql": "ALTER TABLE pets ADD age int;\n"})
    git(project, "add", "migrations/3_note.sql")
    git(project, "commit", "-q", "-m", "main goes on")
    git(project, "checkout", "-q", "drop")
    base = git(project, "merge-base", "main", "drop")[:9]
    document = json.loads(impact(project, "--format", "json").stdout)
    assert document["from"] == f"main ({base})"
    named = json.loads(impact(project, "--from", "main", "--format", "json").stdout)
    assert named["from"] == f"main ({git(project, 'rev-parse', 'main')[:9]})"


def test_a_pull_request_is_compared_with_its_base_branch(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "update-ref", "refs/remotes/origin/release", "main")
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    document = json.loads(impact(project, "--format", "json").stdout)
    assert document["from"].startswith("origin/release (")


def test_a_project_may_be_below_the_repository(
    project: Path, newest_server: Server
) -> None:
    write(
        project / "services/b",
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n"
            "queries = '../shared'\noutside_folders = ['../shared']\n",
            "migrations/1_pets.sql": SCHEMA,
            "../shared/pets.sql": QUERY,
        },
    )
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "b")
    write(project / "services/b", {"migrations/2_drop.sql": DROP})
    result = impact(project / "services/b", "--from", "HEAD")
    assert "breaks         pets  column" in result.stdout, result.output


def test_a_first_revision_without_a_project_breaks_nothing(project: Path) -> None:
    tree = git(project, "mktree", given=b"").strip()
    empty = git(project, "commit-tree", "-m", "empty", tree).strip()
    result = impact(project, "--from", empty)
    assert result.exit_code == 0, result.output
    assert f"nothing is deployed: {empty[:9]} has no `[tool.sqlgen]`" in (result.stdout)


@pytest.mark.parametrize(
    "name", ["nothing", "--help", "--output=x", "main:queries", "HEAD^{tree}", ""]
)
def test_what_is_no_commit_is_an_error(project: Path, name: str) -> None:
    result = impact(project, "--from", name)
    assert result.exit_code == 2, result.output
    assert "error[unknown-revision]" in result.stderr


def test_without_a_main_branch_a_revision_must_be_named(project: Path) -> None:
    git(project, "branch", "-m", "main", "trunk")
    result = impact(project)
    assert result.exit_code == 2
    assert "name the revision that is deployed: `--from REF`" in result.stderr


def test_without_git_there_is_no_revision(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project))
    result = impact(project)
    assert result.exit_code == 2
    assert "error[no-repository]" in result.stderr


def test_errors_at_the_revision_say_so(project: Path) -> None:
    write(project, {"queries/pets.sql": "-- name: pets :nothing\nSELECT 1;\n"})
    git(project, "commit", "-q", "-am", "broken")
    write(project, {"queries/pets.sql": QUERY})
    result = impact(project, "--from", "HEAD")
    assert result.exit_code == 1
    assert "at HEAD (" in result.stderr
    assert "nothing" in result.stderr


@pytest.mark.parametrize("setting", ["['make']", "'postgresql://localhost/x'"])
def test_a_schema_that_no_file_has_is_refused(project: Path, setting: str) -> None:
    form = "\n[tool.sqlgen.schema]\ncommand = {}\nwatch = ['*.toml']\n"
    if setting.startswith("'"):
        form = "schema = {}\n"
    with (project / "pyproject.toml").open("a") as file:
        file.write(form.format(setting))
    result = impact(project)
    assert result.exit_code == 2
    assert "error[schema-from-elsewhere]" in result.stderr


Attack = Callable[[Path], str]
"""Commits something hostile, and returns the revision."""


def link(project: Path) -> str:
    (project / "queries/passwd.sql").symlink_to("/etc/passwd")
    return commit(project)


def linked_folder(project: Path) -> str:
    git(project, "mv", "queries", "real")
    (project / "queries").symlink_to("real")
    return commit(project)


def made_tree(project: Path, content: bytes) -> str:
    options = ("-t", "tree", "-w", "--literally", "--stdin")
    return git(project, "hash-object", *options, given=content)


def climbing_path(project: Path) -> str:
    """Commit trees with `..` in a path, which git itself would not make."""
    blob = git(project, "hash-object", "-w", "--stdin", given=b"SELECT 1;").strip()
    tree = b"100644 evil.sql\0" + bytes.fromhex(blob)
    for name in (b"..", b"..", b"queries"):
        digest = made_tree(project, tree)
        tree = b"40000 " + name + b"\0" + bytes.fromhex(digest.strip())
    config = git(project, "rev-parse", "main:pyproject.toml").strip()
    top = b"100644 pyproject.toml\0" + bytes.fromhex(config) + tree
    digest = made_tree(project, top)
    return git(project, "commit-tree", "-m", "x", digest.strip()).strip()


def outside_of_the_repository(project: Path) -> str:
    with (project / "pyproject.toml").open("a") as file:
        file.write("outside_folders = ['../elsewhere']\nqueries = '../elsewhere'\n")
    return commit(project)


def commit(project: Path) -> str:
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "hostile")
    return git(project, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    ("attack", "message"),
    [
        (link, "is not a regular file"),
        (linked_folder, "`queries` is not a regular file"),
        (climbing_path, "is not a regular file"),
        (outside_of_the_repository, "is outside of the git repository"),
    ],
)
def test_a_revision_cannot_lead_elsewhere(
    project: Path, attack: Attack, message: str
) -> None:
    revision = attack(project)
    git(project, "checkout", "-q", "-f", "main")
    result = impact(project, "--from", revision)
    assert result.exit_code in (1, 2), result.output
    assert message in result.stderr
    assert not (project.parent / "evil.sql").exists()


def test_a_revision_does_not_name_the_server(project: Path) -> None:
    config = project / "pyproject.toml"
    here = config.read_text()
    config.write_text("[tool.sqlgen]\nserver = 'postgresql://nowhere.invalid/x'\n")
    revision = commit(project)
    config.write_text(here)
    result = impact(project, "--from", revision)
    assert result.exit_code == 0, result.output


def test_nothing_of_git_is_touched_and_no_program_runs(project: Path) -> None:
    marker = project.parent / "marker"
    hook = project / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    for setting in ("core.fsmonitor", "filter.x.smudge", "diff.x.textconv"):
        git(project, "config", setting, str(hook))
    write(project, {".gitattributes": "*.sql filter=x diff=x\n"})

    def state() -> dict[str, tuple[bytes, int]]:
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(project.rglob("*"))
            if path.is_file()
        }

    before = state()
    assert impact(project).exit_code == 1
    assert state() == before
    assert not marker.exists()


def test_functions_that_the_configuration_names_are_tried_too(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    settings = (project / "pyproject.toml").read_text()
    create = "CREATE FUNCTION fee(minutes int, rate numeric DEFAULT 1) RETURNS numeric LANGUAGE sql RETURN rate;\n"
    write(
        project,
        {
            "pyproject.toml": f"{settings}functions = ['public.*']\n",
            "migrations/1_pets.sql": SCHEMA + create,
        },
    )
    (project / "migrations/2_drop.sql").unlink(missing_ok=True)
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "with a function")
    git(project, "checkout", "-q", "-b", "other")
    write(
        project,
        {
            "migrations/2_other.sql": "DROP FUNCTION fee(int, numeric);"
            " CREATE FUNCTION fee(hours int) RETURNS numeric LANGUAGE sql RETURN 1.0;\n"
        },
    )
    result = impact(project)
    assert result.exit_code == 1, result.output
    assert "migrations/2_other.sql\n  breaks         fee  " in result.stdout


def test_privileges_of_the_role(project: Path) -> None:
    """A revoked privilege breaks the deployed code, one that is granted is needed by the new code."""
    git(project, "checkout", "-q", "main")
    (project / "migrations/2_drop.sql").unlink()
    grants = "GRANT SELECT ON pets TO pets_app;\n"
    write(
        project,
        {
            "pyproject.toml": '[tool.sqlgen]\nrole = "pets_app"\n',
            "migrations/0002_grants.sql": grants,
        },
    )
    CliRunner().invoke(main, ["-C", str(project), "build"], catch_exceptions=False)
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "a role")
    git(project, "checkout", "-q", "-b", "privileges")
    write(
        project,
        {
            "migrations/0003_privileges.sql": "REVOKE SELECT ON pets FROM pets_app;\n"
            "GRANT INSERT ON pets TO pets_app;\n",
            "queries/pets.sql": "-- name: add_pet :exec\nINSERT INTO pets VALUES (:id, :name);\n",
        },
    )
    result = impact(project, "--from", "main")
    assert result.exit_code == 1
    for query, privilege in (("pets", "SELECT"), ("add_pet", "INSERT")):
        message = (
            f"`pets_app` may not run `{query}`: it needs {privilege} on `public.pets`"
        )
        assert message in result.output
    assert "safe to migrate first: no   safe to deploy first: no" in result.output
