"""The protocols of modules: each module satisfies its own, and so may a double."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mypy import api as mypy

from generated import protocols
from generated.aio import protocols as protocols_of_asyncio
from tests.test_behaviour import packages
from tests.test_behaviour.packages import Connection

ROOT = Path(__file__).parents[2]
DOC = re.compile(r"The functions of `generated\.(.+)`\.")
DOUBLE = """\
from typing import Any
from psycopg import Connection
from made.protocols import QQueries

class Double:
    def get_name(self, conn: Connection[Any], *, id: int) -> str:
        return "Ada"

    def rename(self, conn: Connection[Any], *, id: int, name: str) -> None: ...

queries: QQueries = Double()
"""
SCHEMA = "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);"
QUERIES = """
-- name: get_name :one
SELECT name FROM t WHERE id = :id;
-- name: rename :exec
UPDATE t SET name = :name WHERE id = :id;
"""
CHANGES: dict[str, tuple[str, str]] = {
    "a parameter more": ("id = :id;\n-- name: r", "id = :id AND name = :name;\n-- name: r"),
    "a parameter of another type": ("id = :id;\n-- name: r", "id = :id::text::int;\n-- name: r"),
    "another result": ("SELECT name", "SELECT id"),
    "another command": ("rename :exec", "rename :execrows"),
    "another name": ("rename", "name_anew"),
    "one query more": ("-- name: rename", "-- name: more :one\nSELECT 1;\n-- name: rename"),
}  # fmt: skip


pytestmark = pytest.mark.xdist_group("protocols")  # they share one mypy cache


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"--cache-dir={tmp_path_factory.mktemp('mypy')}"


def assignments(module: ModuleType) -> str:
    """Return a program that type checkers accept if all modules satisfy their protocols."""
    lines = [f"from {module.__name__} import {', '.join(module.__all__)}"]
    for name in module.__all__:
        match = DOC.fullmatch(getattr(module, name).__doc__)
        assert match, name
        lines += [f"import generated.{match[1]}"]
        lines += [f"check_{len(lines)}: {name} = generated.{match[1]}"]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("module", [protocols, protocols_of_asyncio])
def test_all_modules_satisfy_their_protocols(
    module: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mypy_cache: str,
) -> None:
    program = assignments(module)
    assert program.count("check_") == len(module.__all__) > 10
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    out, err, status = mypy.run(["--strict", mypy_cache, str(tmp_path / "program.py")])
    assert status == 0, out + err
    settings = {
        "include": ["program.py"],
        "extraPaths": [str(ROOT)],
        "typeCheckingMode": "strict",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = Path(sys.executable).with_name("basedpyright")
    done = subprocess.run(
        [pyright, "--pythonpath", sys.executable, "--project", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def generated(connection: Connection, tmp_path: Path) -> Callable[[str], None]:
    """A function that generates the package `made` with protocols, and imports nothing."""

    def build(queries: str) -> None:
        packages.write(tmp_path, connection, SCHEMA, queries, protocols=True)

    return build


def check(folder: Path, mypy_cache: str) -> str:
    (folder / "double.py").write_text(DOUBLE)
    out, err, _ = mypy.run(["--strict", mypy_cache, str(folder / "double.py")])
    return out + err


def test_a_double_satisfies_it(
    generated: Callable[[str], None], tmp_path: Path, mypy_cache: str
) -> None:
    generated(QUERIES)
    assert check(tmp_path, mypy_cache).startswith("Success")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_double_of_what_was_is_reported(
    change: tuple[str, str],
    generated: Callable[[str], None],
    tmp_path: Path,
    mypy_cache: str,
) -> None:
    generated(QUERIES.replace(*change))
    assert "double.py:11: error: Incompatible types in assignment" in check(
        tmp_path, mypy_cache
    )


def test_the_example_in_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mypy_cache: str
) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    section = page[page.index("## Protocols") : page.index("## Files")]
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 3
    for path, text in blocks:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "app/__init__.py").touch()
    monkeypatch.setenv("MYPYPATH", f"{ROOT}:{tmp_path}")
    files = [str(tmp_path / path) for path, _ in blocks]
    out, err, status = mypy.run(["--strict", mypy_cache, *files])
    assert status == 0, out + err
    program: dict[str, Any] = {}
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        monkeypatch.delitem(sys.modules, name)  # of another test's folder
    exec(blocks[-1][1], program)
    program["test_birthdays"]()
