"""`sqlgen completion`: its scripts, and what shells are told that ask by them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sqlgen.cli.completed_values import ARGUMENTS, FLAGS, OPTIONS, completed
from sqlgen.cli.group import main

PROGRAM = Path(sys.executable).with_name("sqlgen")
FILES = {
    "pyproject.toml": '[tool.sqlgen]\n[tool.sqlgen.migrate]\nschemas = ["north", "south"]\n',
    "queries/a/books.sql": "-- name: list_books :many\nSELECT 1;\n  --name: add_book :exec\nSELECT 1;",
    "queries/loans.sql": "-- name: list_loans(Loans) :many -> Loan\nSELECT 1;\n-- names: no :one",
    "migrations/0001_books.up.sql": "",
    "migrations/0001_books.down.sql": "",
    "migrations/20_loans.sql": "",
    "migrations/README.md": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_asks_sqlgen(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_SQLGEN_COMPLETE={shell}_complete" in result.stdout


TYPED = {
    "sqlgen mig": ["migrate"],
    "sqlgen migrate ver": ["verify"],
    "sqlgen check --off": ["--offline"],
    "sqlgen completion ": ["bash", "fish", "zsh"],
    "sqlgen describe list_": ["list_books", "list_loans"],
    "sqlgen describe list_books a": ["add_book"],
    "sqlgen describe --format ": ["json", "text"],
    "sqlgen plans --no-cache ": ["add_book", "list_books", "list_loans"],
    "sqlgen migrate up --to ": ["1", "20"],
    "sqlgen migrate repair 1 2": ["20"],
    "sqlgen migrate risk migrations/2": ["migrations/20_loans.sql"],
    "sqlgen migrate up --schema n": ["north"],
    "sqlgen migrate up --database ": ["dev", "test"],
    "sqlgen templates eject fun": ["function"],
    "sqlgen help sta": ["start"],
    "sqlgen where a.": ["a.books.add_book", "a.books.list_books"],
    "sqlgen describe 'li": ["list_books", "list_loans"],
    "sqlgen nothing x": [],
}


def run(
    project: Path, *command: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    path = f"{PROGRAM.parent}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path, "HOME": str(project)} | more,
    )


@pytest.mark.parametrize(("typed", "expected"), TYPED.items())
def test_completions_in_bash(project: Path, typed: str, expected: list[str]) -> None:
    """Bash itself reads the script, and calls the function that it registers."""
    words = typed.split(" ")
    array = " ".join(f'"{word}"' for word in words)
    script = (
        f'eval "$({PROGRAM} completion bash)"; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1};'
        f" _sqlgen_completion {PROGRAM}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = run(project, "bash", "-c", script)
    assert sorted(done.stdout.split()) == expected
    assert done.stderr == ""


@pytest.mark.system
@pytest.mark.parametrize(("typed", "expected"), TYPED.items())
def test_completions_in_fish(project: Path, typed: str, expected: list[str]) -> None:
    """Fish is asked what it would show."""
    assert shutil.which("fish"), "`make test-system` installs it"
    script = 'sqlgen completion fish | source; complete -C "$typed"'
    done = run(project, "fish", "--no-config", "-c", script, typed=typed)
    shown = [line.split("\t")[0].strip("'") for line in done.stdout.splitlines()]
    assert sorted(shown) == expected
    assert done.stderr == ""


@pytest.mark.system
@pytest.mark.parametrize(("typed", "expected"), TYPED.items())
def test_completions_in_zsh(project: Path, typed: str, expected: list[str]) -> None:
    """Zsh calls the function of the script; what it would offer is printed instead of shown."""
    assert shutil.which("zsh"), "`make test-system` installs it"
    words = typed.split(" ")
    array = " ".join(f'"{word}"' for word in words)
    script = (
        'autoload -Uz compinit; compinit -u; eval "$(sqlgen completion zsh)";'
        ' compadd() { print -l -- "${completions[@]}" };'
        ' _describe() { print -l -- "${completions_with_descriptions[@]%%:*}" };'
        f" words=({array}); CURRENT={len(words)}; _sqlgen_completion"
    )
    done = run(project, "zsh", "-f", "-c", script)
    assert sorted(done.stdout.split()) == expected
    assert done.stderr == ""


BROKEN: Mapping[str, Mapping[str, str]] = {
    "there is no project": {},
    "its configuration is not TOML": {"pyproject.toml": "[tool.sqlgen"},
    "a folder is missing": {"pyproject.toml": "[tool.sqlgen]\n"},
    "a file is not text": {"pyproject.toml": "[tool.sqlgen]\n", "queries/a.sql": "\0"},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=list(BROKEN))
@pytest.mark.parametrize(
    "line", ["sqlgen describe ", "sqlgen migrate up --to ", "sqlgen -C", "sqlgen 'x"]
)
def test_a_shell_is_never_told_an_error(
    tmp_path: Path, files: Mapping[str, str], line: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()))}
    done = run(tmp_path, str(PROGRAM), _SQLGEN_COMPLETE="bash_complete", **asked)
    assert (done.returncode, done.stderr) == (0, "")


def test_names_need_neither_click_nor_psycopg(project: Path) -> None:
    """That is what makes them quick."""
    asked = {"COMP_WORDS": "sqlgen migrate up --to ", "COMP_CWORD": "4"}
    code = (
        "import sys\nfrom sqlgen.cli import _complete\n_complete()\n"
        "print({'click', 'psycopg', 'jinja2', 'black', 'rich'} & set(sys.modules))"
    )
    done = run(
        project, sys.executable, "-c", code, _SQLGEN_COMPLETE="bash_complete", **asked
    )
    assert done.stdout == "plain,1\nplain,20\nset()\n"


def test_the_project_is_that_of_the_options(project: Path) -> None:
    before = ["-C", str(project), "describe"]
    assert completed(before, "a") == ["add_book"]
    assert completed(["--config", str(project / "pyproject.toml"), "plans"], "a") == [
        "add_book"
    ]
    assert completed(["migrate"], "") is None
    assert completed(["help", "queries"], "") is None


def _parameters(path: str) -> list[click.Parameter]:
    command: click.Command = main
    for word in path.split():
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None, path
        command = inner
    return command.params


def test_the_tables_are_those_of_the_commands() -> None:
    for path in ARGUMENTS:
        assert any(isinstance(p, click.Argument) for p in _parameters(path)), path
        flags = {
            p.opts[0]
            for p in _parameters(path)
            if isinstance(p, click.Option) and p.is_flag
        }
        assert flags <= FLAGS
    for path, option in OPTIONS:
        assert any(option in p.opts for p in _parameters(path)), (path, option)
