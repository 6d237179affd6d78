"""Deprecated queries, for Python and for type checkers."""

import asyncio
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mypy import api as mypy

from tests.test_behaviour.packages import Build, Connection

QUERIES = """
-- name: old :one
-- @deprecated use `new`
SELECT 1;

-- name: new :one
SELECT 1;

-- name: old_stream :stream
-- @deprecated
SELECT generate_series(1, 3);

-- name: old_search :many
-- @deprecated search less
-- sqlgen: optional low, high
SELECT n FROM generate_series(1, 9) AS n WHERE n BETWEEN :low AND :high;
"""
SERVICE = """\
from typing import Any
from psycopg import Connection
from made import q

def run(conn: Connection[Any]) -> int:
    q.old_search(conn)
    q.old_search(conn, low=1, high=2)
    print(q.new(conn))
    return q.old(conn)
"""


def test_a_call_of_a_deprecated_function_warns(
    build: Build, connection: Connection
) -> None:
    made: Any = build(SCHEMA, QUERIES).sub("q")
    with pytest.warns(DeprecationWarning, match="^use `new`$") as caught:
        assert made.old(connection) == 1
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="^old_stream is deprecated$"):
        assert list(made.old_stream(connection)) == [1, 2, 3]
    with pytest.warns(DeprecationWarning, match="^search less$"):
        assert made.old_search(connection, low=2, high=3) == [2, 3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made.new(connection) == 1


def test_so_do_the_functions_for_asyncio(build: Build, connection: Connection) -> None:
    made: Any = build(SCHEMA, QUERIES).sub("aio.q")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password
        ) as conn:
            with pytest.warns(DeprecationWarning, match="^use `new`$"):
                assert await made.old(conn) == 1
            with pytest.warns(DeprecationWarning, match="^old_stream is deprecated$"):
                assert [n async for n in made.old_stream(conn)] == [1, 2, 3]

    asyncio.run(run())


def test_type_checkers_find_the_calls(build: Build, tmp_path: Path) -> None:
    build(SCHEMA, QUERIES)
    service = tmp_path / "service.py"
    service.write_text(SERVICE)
    options = ["--strict", "--enable-error-code=deprecated", "--cache-dir=/dev/null"]
    out, _, status = mypy.run([*options, "--no-error-summary", str(service)])
    lines = [line.partition("service.py:")[2] for line in out.splitlines()]
    assert status == 1, out
    assert sorted({int(line.partition(":")[0]) for line in lines}) == [6, 7, 9], out
    assert "use `new`" in out
    assert "search less" in out
    settings = {"include": ["service.py"], "reportDeprecated": "error"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = Path(sys.executable).with_name("basedpyright")
    command = [str(pyright), "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(
        [*command, "--project", str(tmp_path)], capture_output=True, check=False
    )
    reported = json.loads(done.stdout)["generalDiagnostics"]
    found = [
        item["range"]["start"]["line"] + 1
        for item in reported
        if item.get("rule") == "reportDeprecated"
    ]
    assert sorted(set(found)) == [6, 7, 9], reported


SCHEMA = ""
