"""docs/start.md, followed as it is written."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from tests import page_files

PAGE = (page_files.DOCS / "start.md").read_text()
NOT_RUN = ("python -m venv", "pip install", "export ", "sqlgen watch")


def test_the_page(
    tmp_path: Path, newest_connection: psycopg.Connection[TupleRow]
) -> None:
    url = newest_connection.info.dsn
    environment = os.environ | {"DATABASE_URL": url, "SQLGEN_SERVER_URL": url}
    [program] = [
        block for block in page_files.python(PAGE) if "import psycopg" in block
    ]
    (tmp_path / "first.py").write_text(program)
    for step in page_files.steps(PAGE):
        if step.command.startswith(NOT_RUN):
            continue
        program, *arguments = step.command.split()
        words = (
            [] if program == "python" else ["-c", "from sqlgen.cli import run; run()"]
        )
        done = subprocess.run(
            [sys.executable, *words, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {step.command}\n{done.stderr}"
        assert set(step.shown) <= set(done.stdout.splitlines()), step.command
    assert (tmp_path / "migrations/0002_add_author_to_notes.up.sql").exists()
