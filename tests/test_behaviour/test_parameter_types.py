"""Parameters with a type of the author's: what psycopg is given for their values."""

import importlib
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.adapt import Dumper

from sqlgen.model.diagnostic import SqlgenError
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TYPE street AS (name text, number int);
CREATE TYPE address AS (street street, city text, zip numeric);
CREATE TABLE t (id uuid PRIMARY KEY, name text, n int, extra jsonb, home address, mood mood, homes address[]);
"""
TYPES = """
import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, NewType
from uuid import UUID

import attrs
import msgspec
import pydantic

Id = NewType("Id", UUID)

class Sort(enum.Enum):
    BY_NAME = "name"
    BY_NUMBER = "n"

class Level(enum.IntEnum):
    LOW = 1

@dataclass
class Street:
    name: str
    number: int | None

@dataclass
class Address:
    street: Street | None
    city: str | None
    zip: Decimal

class Pair(NamedTuple):
    name: str
    number: int

@attrs.frozen
class Attrs:
    name: str
    number: int

class Model(pydantic.BaseModel):
    name: str
    number: int

class Struct(msgspec.Struct):
    name: str
    number: int

class Email:
    def __init__(self, text):
        self.text = text
"""
QUERIES = """
-- name: echo :one
-- sqlgen: parameter sort: app.types.Sort
SELECT :sort::text AS v;
-- name: either :one
-- sqlgen: parameter sort?: app.types.Sort
SELECT :sort::text AS v;
-- name: none_in_the_type :one
-- sqlgen: parameter sort: app.types.Sort | None
SELECT :sort::text AS v;
-- name: one_of :one
-- sqlgen: parameter word: Literal["a", "b"]
SELECT :word::text AS v;
-- name: level :one
-- sqlgen: parameter level: app.types.Level
SELECT :level + 1 AS v;
-- name: ids :one
-- sqlgen: parameter ids: Sequence[app.types.Id]
SELECT :ids::uuid[] AS v;
-- name: sorts :one
-- sqlgen: parameter sorts: list[app.types.Sort]
SELECT :sorts::text[] AS v;
-- name: json :one
-- sqlgen: parameter extra: app.types.Model
SELECT :extra::jsonb AS v;
-- name: home :one
-- sqlgen: parameter home: app.types.Address
SELECT (:home::address)::text AS v;
-- name: homes :one
-- sqlgen: parameter homes: Sequence[app.types.Address]
SELECT (:homes::address[])::text AS v;
-- name: street :one
-- sqlgen: parameter street: app.types.Pair | app.types.Attrs | app.types.Model | app.types.Struct
SELECT (:street::street)::text AS v;
-- name: mail :one
-- sqlgen: parameter email: app.types.Email
SELECT :email::text AS v;
-- name: fill :batch
-- sqlgen: parameter id: app.types.Id
-- sqlgen: parameter name: app.types.Sort
INSERT INTO t (id, name, n) VALUES (:id, :name, :n);
-- name: load :copy
-- sqlgen: parameter id: app.types.Id
-- sqlgen: parameter name: app.types.Sort
-- sqlgen: parameter extra?: app.types.Model
INSERT INTO t (id, name, n, extra) VALUES (:id, :name, :n, :extra);
-- name: find :many
-- sqlgen: optional sort, n
-- sqlgen: parameter sort: app.types.Sort
SELECT n FROM t WHERE name = :sort AND n = :n ORDER BY n;
"""


@pytest.fixture
def types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module `app.types` of the service's."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/types.py").write_text(TYPES)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("app", "app.types"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("app.types")


def test_values_arrive(
    build: Build, connection: Connection, types: Any, tmp_path: Path
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    a, b = UUID(int=1), UUID(int=2)
    assert q.echo(connection, sort=types.Sort.BY_NAME) == "name"
    assert q.either(connection, sort=types.Sort.BY_NUMBER) == "n"
    assert q.either(connection, sort=None) is None
    assert q.none_in_the_type(connection, sort=None) is None
    assert q.one_of(connection, word="b") == "b"
    assert q.level(connection, level=types.Level.LOW) == 2
    assert q.ids(connection, ids=(a, b)) == [a, b]
    assert q.sorts(connection, sorts=[types.Sort.BY_NAME]) == ["name"]
    model = types.Model(name="x", number=2)
    assert q.json(connection, extra=model) == {"name": "x", "number": 2}
    home = types.Address(types.Street('a "b", (c)', None), None, Decimal("1.50"))
    assert q.home(connection, home=home) == '("(""a """"b"""", (c)"",)",,1.50)'
    assert q.homes(connection, homes=[home]).count("1.50") == 1
    for kind in (types.Pair, types.Attrs, types.Model, types.Struct):
        value = kind(name="x", number=2)
        assert q.street(connection, street=value) == "(x,2)"

    rows = [q.FillParams(a, types.Sort.BY_NAME, 1)]
    assert q.fill(connection, rows=rows) == 1
    more = [q.LoadParams(b, types.Sort.BY_NUMBER, 2, model)]
    assert q.load(connection, rows=more) == 1
    assert q.find(connection) == [1, 2]
    assert q.find(connection, sort=types.Sort.BY_NUMBER) == [2]
    assert q.find(connection, sort=types.Sort.BY_NUMBER, n=1) == []

    with pytest.raises(psycopg.ProgrammingError, match="cannot adapt type 'Email'"):
        q.mail(connection, email=types.Email("a@b"))

    class EmailDumper(Dumper):
        def dump(self, obj: Any) -> bytes:
            return str(obj.text).encode()

    connection.adapters.register_dumper(types.Email, EmailDumper)
    assert q.mail(connection, email=types.Email("a@b")) == "a@b"

    (tmp_path / "use.py").write_text(
        "from typing import Any\nfrom psycopg import Connection\nfrom app.types import Sort\nfrom made import q\n\n\n"
        "def use(conn: Connection[Any]) -> None:\n"
        "    q.echo(conn, sort=Sort.BY_NAME)\n    q.either(conn, sort=None)\n    q.one_of(conn, word='a')\n"
        "    q.echo(conn, sort='name')\n    q.echo(conn, sort=None)\n    q.one_of(conn, word='c')\n"
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "use.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.count("arg-type") == 3, checked.stdout
    assert "Found 3 errors" in checked.stdout


@pytest.mark.parametrize(
    ("directive", "problem"),
    [
        ("parameter", "gives no parameter a type"),
        ("parameter sort", "gives no parameter a type"),
        ("parameter sort?", "gives no parameter a type"),
        ("parameter sort!: _", "gives no parameter a type"),
        ("parameter : int", "gives no parameter a type"),
        ("parameter srot: int", "no parameter `srot`"),
        ("parameter sort!: int", "marked both"),
        ("parameter sort: Nope", "`Nope`"),
        ("parameter sort: app.", "is not a Python type"),
        ("parameter sort: int\n-- sqlgen: parameter sort: str", "has a type already"),
    ],
)
def test_what_is_refused(build: Build, directive: str, problem: str) -> None:
    query = f"-- name: q :one\n-- sqlgen: {directive}\nSELECT :sort?::text AS v;\n"
    with pytest.raises(SqlgenError) as caught:
        build("", query)
    [error] = caught.value.diagnostics
    assert problem in error.message
    assert error.label
    assert error.label.span.source.text[error.label.span.start :].strip()
