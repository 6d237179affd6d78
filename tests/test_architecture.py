"""The house rules that a machine can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    # What a golden project cannot show: the state of a disk, a server, a command line, or a
    # database's ledger. Tests of the stage concerned show these.
    "cannot-write",
    "edited-meanwhile",
    "no-configuration",
    "no-such-query",
    "no-such-query-file",
    "not-generated",
    "server-unavailable",
    "stale",
    "unreadable",
    "unwritable",
    "changed-migration",
    "line-endings",
    "migrations-locked",
    "missing-migration",
    "unreadable-lock",
    "stale-lock",
    "missing-lock",
    "no-down-migration",
    "out-of-order-migration",
    "bad-database-url",
    "bad-description",
    "needs-confirmation",
    "no-psql",
    "reset-refused",
    "sqlx-ledger",
    "stopped-migration",
    "unknown-version",
}


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", ["sqlgen", "sqlgen.migrate"])
def test_a_service_loads_no_build_tools(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"black", "click", "rich"} & set(loaded)


def test_every_code_is_in_a_golden_project() -> None:
    """A code is what users search for; each is shown at least once as they see it."""
    written = {
        str(node.value.value)
        for file in (ROOT / "sqlgen").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.keyword)
        and node.arg == "code"
        and isinstance(node.value, ast.Constant)
    }
    shown = "".join(
        file.read_text() for file in (ROOT / "tests" / "golden").rglob("*.txt")
    )
    missing = {code for code in written if f"[{code}]" not in shown}
    assert missing <= ELSEWHERE, missing - ELSEWHERE
