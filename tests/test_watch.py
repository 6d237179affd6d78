"""`sqlgen watch` as a process: each save is built, and errors do not end it."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 30.0
"""Seconds after which a build that is waited for will never come."""

FILES = {
    "pyproject.toml": "[tool.sqlgen]\n",
    "migrations/0001_create_notes.sql": "CREATE TABLE notes (id int PRIMARY KEY, title text);\n",
    "queries/notes.sql": "-- name: get_note :optional\nSELECT * FROM notes WHERE id = :id;\n",
}


class Watched:
    """A project, and the lines that `sqlgen watch` prints."""

    def __init__(self, root: Path, process: "subprocess.Popen[str]") -> None:
        self.root = root
        self.process = process
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip())

    def until(self, text: str) -> list[str]:
        """Return the lines up to the first that contains *text*."""
        lines: list[str] = []
        while not lines or text not in lines[-1]:
            try:
                lines.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                pytest.fail(f"no {text!r} after {lines}")
        return lines

    def save(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    code = "from sqlgen.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, "watch", "--exec", "echo ran $((40 + 2))"],
        cwd=tmp_path,
        env=dict(os.environ, SQLGEN_CACHE_DIR=str(tmp_path / ".cache")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        project = Watched(tmp_path, process)
        try:
            project.until("ran 42")
            yield project
        finally:
            process.send_signal(signal.SIGINT)
            project.reader.join()


def test_a_save_is_built(watched: Watched) -> None:
    watched.save(
        "queries/notes.sql", "-- name: find_note :many\nSELECT id FROM notes;\n"
    )
    lines = watched.until("ran 42")
    assert "updated generated/notes.py" in lines
    assert "def find_note(" in (watched.root / "generated/notes.py").read_text()


def test_errors_are_shown_until_they_are_fixed(watched: Watched) -> None:
    for wrong, message in (
        ("SELEC id FROM notes;", "syntax error"),
        ("SELECT nothing FROM notes;", 'column "nothing" does not exist'),
        ("SELECT 'open FROM notes;", "unterminated"),
    ):
        watched.save("queries/more.sql", f"-- name: more :many\n{wrong}\n")
        assert any(message in line for line in watched.until("waiting"))
    watched.save("queries/more.sql", "-- name: more :many\nSELECT id FROM notes;\n")
    assert "created generated/more.py" in watched.until("ran 42")


def test_files_are_added_removed_and_renamed(watched: Watched) -> None:
    watched.save("queries/a/b.sql", "-- name: b :many\nSELECT id FROM notes;\n")
    assert "created generated/a/b.py" in watched.until("ran 42")
    (watched.root / "queries/a/b.sql").rename(watched.root / "queries/c.sql")
    lines = watched.until("ran 42")
    assert "created generated/c.py" in lines
    assert "deleted generated/a/b.py" in lines
    (watched.root / "queries/c.sql").unlink()
    assert "deleted generated/c.py" in watched.until("ran 42")


def test_migrations_may_be_edited(watched: Watched) -> None:
    path = "migrations/0001_create_notes.sql"
    watched.save(path, FILES[path].replace("title text", "title text NOT NULL"))
    assert "updated generated/notes.py" in watched.until("ran 42")
    watched.save(path, "CREATE TABLE notes (;\n")
    assert any("syntax error" in line for line in watched.until("waiting"))
    watched.save(path, FILES[path])
    watched.save("migrations/0002_more.sql", "ALTER TABLE notes ADD at date;\n")
    watched.until("ran 42")
    assert "at: " in (watched.root / "generated/notes.py").read_text()


def test_settings_are_changed_and_invalid(watched: Watched) -> None:
    watched.save("pyproject.toml", "[tool.sqlgen]\nmodes = 'both'\n")
    assert any("modes" in line for line in watched.until("waiting"))
    watched.save("pyproject.toml", "[tool.sqlgen]\nmode = 'both'\n")
    assert "created generated/aio/notes.py" in watched.until("ran 42")


def test_a_template_is_saved(watched: Watched) -> None:
    template = "{{ constant.name }} = {{ constant.text | literal }}\n"
    watched.save("templates/constant.jinja", f"# One.\n{template}")
    watched.save("pyproject.toml", "[tool.sqlgen]\ntemplates = 'templates'\n")
    assert "updated generated/notes.py" in watched.until("ran 42")
    watched.save("templates/constant.jinja", f"# Another.\n{template}")
    assert "updated generated/notes.py" in watched.until("ran 42")
    watched.save("templates/constant.jinja", "{{ constant.nam }}\n")
    assert any("no field `nam`" in line for line in watched.until("waiting"))


def test_a_command_may_read_files_of_any_kind(watched: Watched) -> None:
    watched.save("models/schema.psql.in", "")
    code = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], autocommit=True)"
    code += ".execute(open('models/schema.psql.in').read())"
    table = "CREATE TABLE notes (id int, title text);"
    watched.save(
        "pyproject.toml",
        f"[tool.sqlgen]\n[tool.sqlgen.schema]\ncommand = ['python', '-c', \"{code}\"]\n"
        "watch = ['models/*.in']\n",
    )
    watched.until("waiting for the next save")
    watched.save("models/schema.psql.in", table)
    watched.until("ran 42")
    watched.save("models/schema.psql.in", table.replace("int", "bigint PRIMARY KEY"))
    watched.until("ran 42")


def test_ctrl_c_ends_it(watched: Watched) -> None:
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(PATIENCE) in (0, 130)
