"""JSON columns typed as classes of the user's: made on reading, dumped on writing."""

import datetime as dt
import importlib
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.render.runtime import json_support
from sqlgen.render.runtime.json_support import from_json, to_json

Connection = psycopg.Connection[TupleRow]
Build = Callable[..., Any]

TYPES = """
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NewType, NotRequired, TypedDict
from uuid import UUID

import attrs
import msgspec
import pydantic


class Kind(StrEnum):
    HOME = "home"
    WORK = "work"


@dataclass(frozen=True)
class Street:
    name: str
    number: int | None = None


@dataclass(frozen=True)
class Address:
    street: Street
    kind: Kind
    since: dt.date
    ref: UUID
    amount: Decimal
    ratio: float
    tags: list[str] = field(default_factory=list)
    old: "dict[str, Street] | None" = None
    side: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Branch:
    leaves: "list[Branch]"


class Dictionary(TypedDict):
    name: str
    seen: dt.datetime
    streets: list[Street]
    note: NotRequired[str | None]


class Model(pydantic.BaseModel):
    name: str
    seen: dt.datetime


class Struct(msgspec.Struct):
    name: str
    seen: dt.datetime


@attrs.frozen
class Attributes:
    name: str
    _seen: dt.datetime
    size: int = 0


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other.value == self.value


Short = NewType("Short", str)
"""
STREET = {"name": "Elm", "number": 3}
ADDRESS = {
    "street": STREET,
    "kind": "home",
    "since": "2020-02-29",
    "ref": "00000000-0000-0000-0000-000000000005",
    "amount": "1.50",
    "ratio": 2,
    "tags": ["a"],
    "old": {"x": {"name": "Oak"}},
    "side": "right",
}
SEEN = {"name": "x", "seen": "2024-01-01T12:00:00+00:00"}
NOON = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The user's module of types."""
    (tmp_path / "own_types.py").write_text(TYPES)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("own_types")
    del sys.modules["own_types"]
    json_support._maker.cache_clear()


def test_classes_are_made_by_their_fields(own: Any) -> None:
    address = from_json(own.Address, ADDRESS, "address")
    assert address == own.Address(
        own.Street("Elm", 3),
        own.Kind.HOME,
        dt.date(2020, 2, 29),
        UUID(int=5),
        Decimal("1.50"),
        2.0,
        ["a"],
        {"x": own.Street("Oak")},
        "right",
    )
    assert to_json(address) == {
        **ADDRESS,
        "old": {"x": {"name": "Oak", "number": None}},
    }


@pytest.mark.parametrize("name", ["Dictionary", "Model", "Struct", "Attributes"])
def test_each_kind_of_class_comes_back(own: Any, name: str) -> None:
    type_ = getattr(own, name)
    given = {**SEEN, "streets": [STREET]} if name == "Dictionary" else SEEN
    made = from_json(type_, given, "c")
    seen = made["seen"] if name == "Dictionary" else getattr(made, "seen", None)
    assert name == "Attributes" or seen == NOON
    dumped = to_json(made)
    assert from_json(type_, dumped, "c") == made


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        (
            "Address",
            {**ADDRESS, "kind": "moon"},
            "key 'kind': 'moon' is not a valid Kind",
        ),
        ("Address", {**ADDRESS, "street": {}}, "key 'street': key 'name' is missing"),
        ("Address", {**ADDRESS, "since": 5}, "key 'since': 5 is no str"),
        ("Address", {**ADDRESS, "amount": "x"}, "key 'amount'"),
        ("Address", {**ADDRESS, "side": "up"}, "'up' is none of 'left', 'right'"),
        ("Address", {**ADDRESS, "tags": "ab"}, "key 'tags': 'ab' is no list"),
        ("Address", [], r"\[\] is no dict"),
        ("Street", {"name": True}, "key 'name': True is no str"),
        ("Street", {"name": "x", "number": True}, "key 'number': True is no"),
        ("Dictionary", SEEN, "key 'streets' is missing"),
        ("Model", {"name": 1}, "name"),
        ("Struct", {"name": 1}, "name|seen"),
        ("Attributes", {"name": "x"}, "key 'seen' is missing"),
    ],
)
def test_what_does_not_fit_is_an_error_that_says_where(
    own: Any, name: str, value: Any, error: str
) -> None:
    with pytest.raises(
        psycopg.DataError, match=f"^address is no {name}: (.|\n)*{error}"
    ):
        from_json(getattr(own, name), value, "address")


def test_other_types(own: Any) -> None:
    assert from_json(own.Plain, 5, "c") == own.Plain(5)
    assert from_json(own.Short, "x", "c") == "x"
    assert from_json(list[own.Street], [STREET], "c") == [own.Street("Elm", 3)]
    assert from_json(dict[str, own.Street], {"a": STREET}, "c")["a"].name == "Elm"
    tree: dict[str, Any] = {"leaves": [{"leaves": []}]}
    assert from_json(own.Branch, tree, "c") == own.Branch([own.Branch([])])
    assert to_json(own.Branch([own.Branch([])])) == tree
    assert from_json(tuple[int, str], [1, "a"], "c") == (1, "a")
    with pytest.raises(psycopg.DataError, match="c is no list"):
        from_json(list[own.Street], [STREET, 1], "c")


QUERIES = """
-- name: add :one -> Stored
INSERT INTO t (address, dictionary, model, struct, streets, many, attributes)
VALUES (:address, :dictionary, :model, :struct?, :streets, :many, :attributes) RETURNING *;
-- name: addresses :many
SELECT address FROM t;
-- name: copied :copy
INSERT INTO t (address, model) VALUES (:address, :model);
-- name: query_override :many
SELECT address AS "street: own_types.Street" FROM t;
-- name: built :many
SELECT jsonb_build_object('name', 'x', 'number', 1) AS "street: own_types.Street";
"""
SCHEMA = """CREATE TABLE t (address jsonb NOT NULL, dictionary json, model jsonb NOT NULL, struct jsonb,
streets jsonb, many jsonb[], attributes jsonb)"""
COLUMNS = {
    "t.address": "own_types.Address",
    "t.dictionary": "own_types.Dictionary",
    "t.model": "own_types.Model",
    "t.struct": "own_types.Struct",
    "t.streets": "list[own_types.Street]",
    "t.many": "list[own_types.Street]",
    "t.attributes": "own_types.Attributes",
}


def test_values_go_to_a_server_and_come_back(
    own: Any, build: Build, connection: Connection
) -> None:
    connection.execute(SCHEMA.encode())
    q = build(connection, QUERIES, columns=COLUMNS)
    address = from_json(own.Address, ADDRESS, "address")
    sent = {
        "address": address,
        "dictionary": {"name": "x", "seen": NOON, "streets": [own.Street("Elm")]},
        "model": own.Model(name="x", seen=NOON),
        "struct": None,
        "streets": [own.Street("Elm", 3)],
        "many": [own.Street("Oak"), own.Street("Elm")],
        "attributes": own.Attributes("x", NOON),
    }
    stored = q.add(connection, **sent)
    for name, value in sent.items():
        assert getattr(stored, name) == value, name
    assert q.addresses(connection) == [address]
    assert q.copied(connection, rows=[q.CopiedParams(address, sent["model"])]) == 1
    assert q.addresses(connection) == [address, address]
    assert q.built(connection) == [own.Street("x", 1)]
    with pytest.raises(psycopg.DataError, match="street is no Street: key 'name' is"):
        q.query_override(connection)


def test_a_database_type_can_be_a_class(
    own: Any, build: Build, connection: Connection
) -> None:
    connection.execute("CREATE DOMAIN document AS jsonb")
    connection.execute("CREATE TYPE pair AS (a document, b int)")
    connection.execute("CREATE TABLE t (d document NOT NULL, ds document[], p pair)")
    queries = """-- name: add :one
        INSERT INTO t VALUES (:d, :ds, :p) RETURNING *"""
    q = build(connection, queries, types={"document": "own_types.Street"})
    pair = sys.modules["made.models"].Pair(own.Street("c"), 1)
    row = q.add(connection, d=own.Street("a"), ds=[own.Street("b")], p=pair)
    assert (row.d, row.ds, row.p) == (own.Street("a"), [own.Street("b")], pair)
