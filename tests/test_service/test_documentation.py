"""The Python in the documentation of streams, pipelines, tracing and row styles runs as it stands."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRELUDE = """
import asyncio, sys
import psycopg
from psycopg.rows import Row
from generated import patients

dsn = sys.argv[1]
log, sent, findings = [], [], {"8867-4": "fast", "8310-5": "warm"}

def send(row):
    sent.append(row)
    return len(sent) < 2
"""
SYNC = """
with psycopg.connect(dsn) as conn:
    (patient_id,) = conn.execute("SELECT id FROM patients LIMIT 1").fetchone()
    (encounter_id,) = conn.execute("SELECT id FROM encounters LIMIT 1").fetchone()
"""
ASYNC = """
async def main():
    async with await psycopg.AsyncConnection.connect(dsn) as conn:
"""
CHECKS = {
    "closing": "    assert len(sent) == 2\n    assert not conn.execute('SELECT 1 FROM pg_cursors').fetchall()",
    "aclosing": "        assert len(sent) == 2\nasyncio.run(main())",
    "record_finding": "    assert isinstance(observations, list)",
    "PsycopgInstrumentor": (
        "with psycopg.connect(dsn) as conn:\n"
        "    assert conn.cursor_factory is not psycopg.Cursor\n"
        "    assert patients.count_patients(conn, sex=None)"
    ),
    "ddtrace": (
        "with psycopg.connect(dsn) as conn:\n"
        "    assert hasattr(conn, '__wrapped__')\n"
        "    assert patients.count_patients(conn, sex=None)"
    ),
    "LoggingCursor": "    assert log == [' patients.count_patients */'], log",
}
"""What is asked after a block: by a word of the block."""


def blocks() -> list[str]:
    page = (ROOT / "docs/queries.md").read_text()
    part = page[page.index("### Streams") : page.index("## Parameters\n")]
    return re.findall(r"```python\n(.*?)```", part, re.DOTALL)


@pytest.mark.parametrize("word", CHECKS)
def test_a_block_runs(word: str, clinic: str) -> None:
    [block] = [text for text in blocks() if re.search(rf"\b{word}\b", text)]
    if "aclosing" in block:
        program = ASYNC + textwrap.indent(block, " " * 8)
    elif "conn" in block:
        program = SYNC + textwrap.indent(block, " " * 4)
    else:
        program = block
    done = subprocess.run(
        [sys.executable, "-c", f"{PRELUDE}{program}\n{CHECKS[word]}\n", clinic],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_every_block_is_run() -> None:
    assert len(blocks()) == len(CHECKS)
