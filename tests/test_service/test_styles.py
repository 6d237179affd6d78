"""The clinic with each style of rows: strictly typed, and run for a whole day, sync and async."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mypy import api as mypy

from sqlgen import build, database, read
from sqlgen.model.config import FieldKeys
from sqlgen.model.row_styles import RowStyle

ROOT = Path(__file__).parents[2]
OTHERS = [style for style in RowStyle if style is not RowStyle.DATACLASS]
DAY = """
import asyncio, sys
import psycopg
from tests.test_service.calls import ALL, ASYNC, Async, Sync
from tests.test_service.day import a_day_in_the_clinic

async def day():
    with psycopg.connect(sys.argv[1]) as connection:
        call = Sync(connection)
        await a_day_in_the_clinic(call)
        assert call.called == ALL - ASYNC
        connection.rollback()
    async with await psycopg.AsyncConnection.connect(sys.argv[1]) as connection:
        call = Async(connection)
        await a_day_in_the_clinic(call)
        assert call.called == ASYNC

asyncio.run(day())
"""


def made(
    style: RowStyle,
    folder: Path,
    server: database.Server,
    fields: FieldKeys = FieldKeys.SNAKE,
) -> Path:
    """Write the clinic's package with that style of rows, and return its folder."""
    project = folder / style.value
    for name in ("pyproject.toml", "migrations", "queries"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        project.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, project / name)
    config = replace(
        read.config(project), rows=style, fields=fields, server=server.conninfo
    )
    build.build(config)
    return project


@pytest.mark.parametrize(
    ("style", "fields"),
    [
        *[(style, FieldKeys.SNAKE) for style in OTHERS],
        (RowStyle.PYDANTIC, FieldKeys.CAMEL),
    ],
    ids=str,
)
def test_a_day_in_the_clinic(
    clinic: str,
    server: database.Server,
    tmp_path: Path,
    style: RowStyle,
    fields: FieldKeys,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DAY, clinic],
        cwd=made(style, tmp_path, server, fields),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_style_is_strictly_typed(
    newest_server: database.Server, tmp_path: Path
) -> None:
    for style in OTHERS:
        package = made(style, tmp_path / "made", newest_server) / "generated"
        package.rename(tmp_path / f"clinic_{style.value}")
    shutil.rmtree(tmp_path / "made")
    out, err, status = mypy.run(
        ["--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    )
    assert status == 0, out + err
