"""Any name of a column, type, query or parameter gives code that imports, type-checks and runs.

The names are all those that generated code is made of: of the templates, of the modules beside them,
of Python, and of the classes that rows are.
"""

import ast
import builtins
import keyword
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import msgspec
import pydantic
import pytest

import sqlgen.render
from sqlgen.model.row_styles import RowStyle
from sqlgen.translate.names import CLASSES, FUNCTIONS
from tests.test_behaviour.packages import Build, Connection

RENDER = Path(sqlgen.render.__file__).parent


def _code_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        for attribute in ("id", "attr", "arg", "name", "asname"):
            name = getattr(node, attribute, None)
            names |= {name} if isinstance(name, str) else set()
    return names


@attrs.frozen
class _Attrs:
    pass


def hostile_names() -> list[str]:
    names = {
        "mro",
        "Mood",
        "Pair",
        "Everything",
        "a\nb",
        "a\\b",
        'a"b',
        "a%b",
        "a'b",
        "ﬁ",
        "ﬁeld",
    }
    names |= {
        "e\N{COMBINING ACUTE ACCENT}",
        "x y",
        "{x}",
        "# x",
        "--",
        "/*",
        "*/",
        ":x",
        "$1",
        "\x1b",
    }
    names |= CLASSES | FUNCTIONS | {*keyword.kwlist, *keyword.softkwlist}
    for path in (RENDER / "runtime").glob("*.py"):
        names |= _code_names(path)
    for path in (RENDER / "templates").glob("*.jinja"):
        names |= {*re.findall(r"[A-Za-z_]\w*", path.read_text())}
    for class_ in (type, tuple, pydantic.BaseModel, msgspec.Struct, _Attrs, str):
        names |= {name for name in dir(class_) if not name.startswith("_")}
    names |= {name for name in dir(builtins) if name.islower()}
    # PostgreSQL's identifiers have up to 63 bytes; without case, tables of 1600 columns suffice.
    return sorted(name for name in names if len(name.encode()) < 64)


NAMES = hostile_names()
TYPES = {
    "int4": "1",
    "mood": "'sad'",
    "mood[]": "'{sad}'",
    "int4range": "'[1,2)'",
    "interval": "'1 day'",
    "money": "'1'",
    "pair": "'(1,sad)'",
    "pair[]": "'{\"(1,sad)\"}'",
    "jsonb": "'{}'",
    "date": "'2020-01-01'",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
    "inet": "'127.0.0.1'",
    "int4multirange": "'{[1,2)}'",
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def typed(names: list[str]) -> list[tuple[str, str, str]]:
    """Give the types to the names in turn."""
    types = list(TYPES.items())
    return [(name, *types[n % len(types)]) for n, name in enumerate(names)]


SCHEMA = f"""
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (n int, m mood);
CREATE TYPE composite AS ({", ".join(f"{quoted(n)} {t}" for n, t, _ in typed(NAMES))});
CREATE VIEW everything AS SELECT {", ".join(f"{v}::{t} AS {quoted(n)}" for n, t, v in typed(NAMES))};
CREATE VIEW composites AS SELECT ROW({", ".join(value for *_, value in typed(NAMES))})::composite AS c;
"""
WORDS = [
    name
    for name in NAMES
    if re.fullmatch(r"[a-z]\w*(?<!_)", name, re.ASCII)
    if name not in (*keyword.kwlist, "conn", "composites", "parameters")
]
# Names of functions clash with what a module imports and with Python's own, for all styles alike.
FUNCTION_NAMES = [
    name for name in WORDS if name in FUNCTIONS or hasattr(builtins, name)
]


def _queries(names: list[str]) -> str:
    values = [f":{name}?::{type_}::text" for name, type_, _ in typed(WORDS)]
    return "\n".join(
        [
            "-- name: everything :one\nSELECT * FROM everything;",
            "-- name: shared :one -> Everything\nSELECT * FROM everything;",
            "-- name: composites :many\nSELECT c FROM composites;",
            "-- name: send_composite :one\nSELECT :c::composite = c FROM composites;",
            f"-- name: parameters :one\nSELECT cardinality(ARRAY[{', '.join(values)}]) AS n, 'sad'::mood AS m;",
            f"-- name: batched :batch\nSELECT cardinality(ARRAY[{', '.join(values)}]) AS n;",
        ]
        + [
            f"-- name: {name} :one\nSELECT 'sad'::mood AS {quoted(name)}, 1 AS \"1\";"
            for name in names
        ]
    )


# Classes are named in PascalCase: `uuid` would be `Uuid`, but `UUID` stays.
TYPE_NAMES = [name for name in NAMES if name[:1].isupper() or name in ("any", "self")]


def test_names_of_types(build: Build, connection: Connection, tmp_path: Path) -> None:
    schema = "\n".join(
        f"CREATE TYPE {quoted(name)} AS ENUM ('a', 'mro', {literal(name)});"
        for name in TYPE_NAMES
    )
    columns = ", ".join(
        f"{literal(name)}::{quoted(name)} AS {quoted(name)}" for name in TYPE_NAMES
    )
    q = build(schema, f"-- name: q :one\nSELECT {columns};").sub("q")
    assert list(attribute_values(q.q(connection))) == TYPE_NAMES
    check_types(tmp_path)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def attribute_values(row: Any) -> list[Any]:
    return [getattr(row, name) for name in type(row).__annotations__]


def check_types(folder: Path) -> None:
    check = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "-p",
        "made",
    ]
    done = subprocess.run(
        check, cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:3000]) == (0, "")


@pytest.mark.parametrize("rows", RowStyle)
def test_names(
    build: Build, connection: Connection, tmp_path: Path, rows: RowStyle
) -> None:
    package = build(
        SCHEMA, _queries(WORDS if rows is RowStyle.DATACLASS else []), rows=rows
    )
    q = package.sub("q")
    row = q.everything(connection)
    fields = [*type(row).__annotations__]
    assert len({*fields}) == len(NAMES)
    assert all(getattr(row, field) is not None for field in fields)
    assert q.shared(connection) is not None
    (composite,) = q.composites(connection)
    assert q.send_composite(connection, c=composite)
    functions: dict[str, Any] = vars(q)
    parameters = functions["parameters"].__annotations__
    arguments = [name for name in parameters if name not in ("conn", "return")]
    assert q.parameters(connection, **dict.fromkeys(arguments)).n == len(WORDS)
    check_types(tmp_path)
