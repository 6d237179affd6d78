"""Numbers in JSON that a query builds: arithmetic with them passes mypy, and `Decimal` if configured."""

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_loads

from sqlgen.model.config import JsonNumbers
from sqlgen.model.row_styles import RowStyle

Connection = psycopg.Connection[TupleRow]
Build = Callable[..., Any]

SCHEMA = """
CREATE TABLE lines (
    id int PRIMARY KEY, quantity int NOT NULL, extra jsonb NOT NULL,
    total numeric(10, 2) NOT NULL CHECK (total <> 'NaN'),
    measured numeric NOT NULL
);
INSERT INTO lines VALUES (1, 3, '{"a": 1.10}', 19.90, 'NaN'), (2, 1, '[]', 0.1, 12345678901234567.25);
"""
QUERIES = """
-- name: get_order :one -> Order
SELECT 1 AS id, jsonb_agg(jsonb_build_object('quantity', quantity, 'total', total, 'measured', measured, 'extra', extra)
    ORDER BY id) AS "lines!"
FROM lines;
"""
PROGRAM = """
from decimal import Decimal
from typing import Any
from psycopg import Connection
from made.q import get_order

def total(conn: Connection[Any]) -> {sum}:
    return sum((line["total"] * 2 + line["quantity"] for line in get_order(conn).lines), {zero})

def exact(conn: Connection[Any]) -> list[Decimal]:
    return [Decimal(line["measured"]) for line in get_order(conn).lines]
"""
BROKEN = """
def broken(conn: Connection[Any]) -> None:
    get_order(conn).lines[0]["measured"] + 1
"""


def mypy(folder: Path, program: str) -> str:
    (folder / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    ).stdout


@pytest.mark.parametrize("rows", [RowStyle.DATACLASS, RowStyle.PYDANTIC])
def test_numbers_that_are_floats(
    build: Build, connection: Connection, tmp_path: Path, rows: RowStyle
) -> None:
    connection.execute(SCHEMA)
    q = build(connection, QUERIES, rows=rows)
    program = PROGRAM.format(sum="float", zero="0.0")
    assert "Success" in mypy(tmp_path, program)
    output = mypy(tmp_path, program + BROKEN)
    assert "Unsupported operand types" in output
    assert "Found 3 errors" in output, "for each of the strings of special values"
    first, second = q.get_order(connection).lines
    assert (first["total"], first["measured"]) == (19.9, "NaN")
    assert (second["total"], first["extra"]) == (0.1, {"a": 1.1})


@pytest.mark.parametrize("rows", [RowStyle.DATACLASS, RowStyle.PYDANTIC])
@pytest.mark.parametrize(
    "loads",
    [
        partial(json.loads, parse_float=Decimal),
        msgspec.json.Decoder(float_hook=Decimal).decode,
    ],
    ids=["json", "msgspec"],
)
def test_numbers_that_are_decimals(
    build: Build,
    connection: Connection,
    tmp_path: Path,
    rows: RowStyle,
    loads: Callable[[str | bytes], Any],
) -> None:
    connection.execute(SCHEMA)
    q = build(connection, QUERIES, rows=rows, json_numbers=JsonNumbers.DECIMAL)
    program = PROGRAM.format(sum="int | Decimal", zero="Decimal(0)")
    assert "Success" in mypy(tmp_path, program)
    assert "Found 3 errors" in mypy(tmp_path, program + BROKEN)
    set_json_loads(loads, connection)
    first, second = q.get_order(connection).lines
    assert str(first["total"]) == "19.90"
    assert (first["quantity"], first["measured"]) == (3, "NaN")
    assert second["measured"] == Decimal("12345678901234567.25")
    assert first["extra"] == {"a": Decimal("1.10")}
