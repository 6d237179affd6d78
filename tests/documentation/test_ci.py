"""The lines of docs/ci.md run in a clone of the clinic's repository, as on a pull request."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text()
LINES = {
    language: re.findall(rf"^ *- {prefix}(sqlgen .*)$", PAGE, re.MULTILINE)
    for language, prefix in (("github", "run: "), ("gitlab", ""))
}
CODE = "migrations/0099_change"
HARMLESS = "ALTER TABLE patients ADD COLUMN nickname text;\n"
NOTHING_LOST = "ALTER TABLE patients DROP COLUMN nickname;\n"


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    branches = {
        "GITHUB_BASE_REF": "main",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    programs = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    }
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=os.environ | settings | branches | programs,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder: Path, arguments: str) -> None:
    who = "git -c user.name=a -c user.email=a@example.org"
    done = run(folder, f"{who} {arguments}")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of a repository whose main branch has the clinic, on a branch of its own."""
    origin = tmp_path / "origin"
    for folder in ("migrations", "queries", "generated"):
        shutil.copytree(ROOT / folder, origin / folder)
    (origin / "pyproject.toml").write_text(
        '[tool.sqlgen]\nmode = "both"\nprotocols = true\n'
    )
    git(origin, "init -q -b main .")
    git(origin, "add .")
    git(origin, "commit -q -m clinic")
    git(tmp_path, "clone -q origin clone")
    git(tmp_path / "clone", "checkout -q -b change")
    return tmp_path / "clone"


def change(clone: Path, up: str, down: str) -> None:
    """Commit a migration with what a build makes of it."""
    (clone / f"{CODE}.up.sql").write_text(up)
    (clone / f"{CODE}.down.sql").write_text(down)
    done = run(clone, "sqlgen build")
    assert done.returncode == 0, done.stderr
    git(clone, "add .")
    git(clone, "commit -q -m change")


@pytest.mark.parametrize("language", LINES)
def test_a_harmless_change_passes(clone: Path, language: str) -> None:
    change(clone, HARMLESS, NOTHING_LOST)
    assert len(LINES[language]) == 5
    for line in LINES[language]:
        done = run(clone, line)
        assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_stale_code_does_not_pass(clone: Path) -> None:
    (clone / "queries" / "more.sql").write_text("-- name: one :one\nSELECT 1 AS one;\n")
    check, *_ = LINES["github"]
    done = run(clone, check)
    assert done.returncode == 1
    assert "::error file=generated/more.py" in done.stdout


def test_what_breaks_and_waits_does_not_pass(clone: Path) -> None:
    """Let the deployed code insert a value that is refused, under a lock while the table is scanned."""
    change(
        clone,
        "ALTER TABLE patients ADD CONSTRAINT named CHECK (family_name <> 'x');\n"
        "DROP INDEX appointments_patient_idx;\n",
        "ALTER TABLE patients DROP CONSTRAINT named;\n"
        "CREATE INDEX appointments_patient_idx ON appointments (patient_id, starts_at);\n",
    )
    check, _, *others = LINES["github"]
    assert run(clone, check).returncode == 0
    for line in others:
        done = run(clone, line)
        assert done.returncode == 1, (line, done.stdout, done.stderr)
        assert re.search(r"^::(error|warning) file=", done.stdout, re.MULTILINE), line
