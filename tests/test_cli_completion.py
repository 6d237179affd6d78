"""`sqlgen completion`: its scripts, and what a shell is told that asks by them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen.cli.group import main

PROGRAM = Path(sys.executable).with_name("sqlgen")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_asks_sqlgen(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_SQLGEN_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sqlgen mig", ["migrate"]),
        ("sqlgen migrate ver", ["verify"]),
        ("sqlgen check --off", ["--offline"]),
        ("sqlgen completion ", ["bash", "fish", "zsh"]),
    ],
)
def test_completions_in_bash(typed: str, expected: list[str]) -> None:
    """Bash itself reads the script, and calls the function that it registers."""
    words = typed.split(" ")
    array = " ".join(f"'{word}'" for word in words)
    script = (
        f'eval "$({PROGRAM} completion bash)"; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1};'
        f" _sqlgen_completion {PROGRAM}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"},
    )
    assert sorted(done.stdout.split()) == expected
