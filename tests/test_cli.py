"""`sqlgen` as a process: its output and exit status when it is interrupted or fails."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sqlgen.database import Server

RUN = "from sqlgen.cli import run; run()"

# Interrupt the process while it imports the module of that name.
INTERRUPTED = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""


def command(*arguments: str, before: str = "") -> list[str]:
    return [sys.executable, "-c", before + RUN, *arguments]


def sqlgen(*arguments: str, before: str = "") -> tuple[int, str, str]:
    process = subprocess.run(
        command(*arguments, before=before), capture_output=True, text=True, check=False
    )
    return process.returncode, process.stdout, process.stderr


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{server.conninfo}'\n"
    )
    for folder in ("migrations", "queries"):
        (tmp_path / folder).mkdir()
    (tmp_path / "queries/q.sql").write_text("-- name: one :one\nSELECT 1 AS n;\n")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "guess"),
    [
        ("bulid", "; did you mean `build`?"),
        ("Check", "; did you mean `check`?"),
        ("up", "; did you mean `migrate up`?"),
        ("seed", "; did you mean `migrate seed`?"),
        ("psql", "; did you mean `db psql`?"),
        ("xyzzy", ""),
    ],
)
def test_a_misspelt_command(typed: str, guess: str) -> None:
    status, out, err = sqlgen(typed)
    assert (status, out) == (2, "")
    assert err.endswith(f"Error: unknown command `{typed}`{guess}\n")


def test_statuses(tmp_path: Path) -> None:
    assert sqlgen("--version")[0] == 0
    assert sqlgen("--wrong")[0] == 2
    assert sqlgen("-C", str(tmp_path), "build")[0] == 2
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    status, out, err = sqlgen("-C", str(tmp_path), "build")
    assert (status, out) == (2, "")
    assert "error[missing-folder]" in err


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("migrate", "click"),
        ("migrate", "sqlgen.cli.group"),
        ("build", "sqlgen.build"),
    ],
)
def test_interrupted_during_imports(command: str, module: str) -> None:
    before = INTERRUPTED.format(name=module)
    status, out, err = sqlgen(command, before=before)
    assert (status, out, err.strip()) == (130, "", "interrupted")


def test_interrupted_during_a_build(project: Path) -> None:
    with subprocess.Popen(
        command("-C", str(project), "watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        while "changed" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err.strip()) == (130, "interrupted")


def test_the_output_is_a_closed_pipe(project: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        process = subprocess.run(
            command("-C", str(project), "describe"),
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (process.returncode, process.stderr) == (1, b"")


def test_the_disk_is_full(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            command("-C", str(project), "describe"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr == "the output cannot be written: No space left on device\n"


def test_a_checkout_with_windows_line_ends_is_current(project: Path) -> None:
    assert sqlgen("-C", str(project), "build")[0] == 0
    for file in (project / "generated").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    for arguments in ("check",), ("check", "--offline"), ("check", "--no-cache"):
        status, out, _ = sqlgen("-C", str(project), *arguments)
        assert (status, out.splitlines()[0]) == (0, "generated/ is current")
    assert sqlgen("-C", str(project), "build")[1] == "generated/ is current\n"


def test_no_output_is_open(project: Path) -> None:
    command = f"{sys.executable} -c '{RUN}' check >&-"
    process = subprocess.run(
        command, shell=True, cwd=project, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
