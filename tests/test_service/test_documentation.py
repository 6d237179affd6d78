"""The Python in the documentation of streams, rows, pipelines, tracing and row styles runs as it stands."""

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
    path = f"{sys.argv[2]}/measurements.csv"
    with open(path, "w") as file:
        file.write("unit,code,encounter_id,value\\r\\n")
        file.write(f"/min,8867-4,{encounter_id},88\\r\\n")
        file.write(f"Cel,8310-5,{encounter_id},36.6\\r\\n")
"""
ASYNC = """
async def main():
    async with await psycopg.AsyncConnection.connect(dsn) as conn:
"""
CHECKS = {
    "closing": "    assert len(sent) == 2\n    assert not conn.execute('SELECT 1 FROM pg_cursors').fetchall()",
    "aclosing": "        assert len(sent) == 2\nasyncio.run(main())",
    "DictReader": (
        "    assert conn.execute('SELECT value_quantity FROM observations ORDER BY id DESC LIMIT 2')"
        ".fetchall() == [(36.6,), (88,)]"
    ),
    "loinc": """
async def lines():
    yield {"loinc": "8867-4", "value": "88", "unit": "/min"}

async def main():
    async with await psycopg.AsyncConnection.connect(dsn) as conn:
        query = "SELECT id FROM encounters LIMIT 1"
        (encounter_id,) = await (await conn.execute(query)).fetchone()
        assert [[int]] == [[*map(type, ids)] for ids in await record(conn, lines(), encounter_id)]
asyncio.run(main())
""",
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
def test_a_block_runs(word: str, clinic: str, tmp_path: Path) -> None:
    [block] = [text for text in blocks() if re.search(rf"\b{word}\b", text)]
    if "async def" in block:
        program = block
    elif "aclosing" in block:
        program = ASYNC + textwrap.indent(block, " " * 8)
    elif "conn" in block:
        program = SYNC + textwrap.indent(block, " " * 4)
    else:
        program = block
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{PRELUDE}{program}\n{CHECKS[word]}\n",
            clinic,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_every_block_is_run() -> None:
    assert len(blocks()) == len(CHECKS)
