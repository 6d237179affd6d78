"""Functions return their declared types whatever the service has registered on the connection."""

import enum
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.types import TypeInfo
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.hstore import register_hstore
from psycopg.types.multirange import MultirangeInfo, register_multirange
from psycopg.types.range import RangeInfo, register_range

from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (n int, m mood);
CREATE TYPE outer_pair AS (p pair, ps pair[], r int4range);
CREATE TYPE moods AS RANGE (subtype = mood, multirange_type_name = many_moods);
CREATE TYPE floats AS RANGE (subtype = float8, multirange_type_name = many_floats);
CREATE DOMAIN sure AS mood NOT NULL;
"""
VALUES = {
    "mood": "'sad'::mood",
    "moods": "'{sad,NULL}'::mood[]",
    "domain": "'sad'::sure",
    "pair": "ROW(1, 'ok')::pair",
    "pairs": "ARRAY[ROW(1, 'ok')]::pair[]",
    "outer_pair": "ROW(ROW(1, 'ok'), ARRAY[ROW(2, NULL)]::pair[], '[1,2)')::outer_pair",
    "mood_range": "'[sad,ok)'::moods",
    "mood_ranges": "ARRAY['[sad,ok)']::moods[]",
    "mood_multirange": "'{[sad,ok)}'::many_moods",
    "float_range": "'[1,2)'::floats",
    "float_multirange": "'{[1,2)}'::many_floats",
    "store": "'a=>1,b=>NULL'::hstore",
    "stores": "ARRAY['a=>1']::hstore[]",
    "row": "(SELECT t FROM (VALUES (1, 'sad'::mood)) AS t (a, b))",
}


class Mood(enum.Enum):
    SAD = "sad"
    OK = "ok"


def _enum(connection: Connection) -> None:
    info = EnumInfo.fetch(connection, "mood")
    assert info
    register_enum(info, connection)


def _own_enum(connection: Connection) -> None:
    info = EnumInfo.fetch(connection, "mood")
    assert info
    register_enum(info, connection, Mood, mapping={m: m.value for m in Mood})


def _composites(connection: Connection) -> None:
    for name in ("pair", "outer_pair"):
        info = CompositeInfo.fetch(connection, name)
        assert info
        register_composite(info, connection)


def _ranges(connection: Connection) -> None:
    for name in ("moods", "floats"):
        info = RangeInfo.fetch(connection, name)
        assert info
        register_range(info, connection)
        many = MultirangeInfo.fetch(connection, f"many_{name}")
        assert many
        register_multirange(many, connection)


def _infos(connection: Connection) -> None:
    for name in ("mood", "pair", "moods", "hstore", "sure", "outer_pair"):
        info = TypeInfo.fetch(connection, name)
        assert info
        info.register(connection)


def _hstore(connection: Connection) -> None:
    info = TypeInfo.fetch(connection, "hstore")
    assert info
    register_hstore(info, connection)


def _everything(connection: Connection) -> None:
    for register in (_infos, _hstore, _own_enum, _ranges, _composites):
        register(connection)


@pytest.mark.parametrize(
    "register",
    [_enum, _own_enum, _composites, _ranges, _infos, _hstore, _everything],
    ids=lambda register: register.__name__.strip("_"),
)
def test_registrations(
    build: Build, connection: Connection, register: Callable[[Connection], None]
) -> None:
    queries = "\n".join(
        f"-- name: one_{name} :one\nSELECT {value} AS v;\n"
        f"-- name: row_{name} :many\nSELECT {value} AS v, 1 AS n;\n"
        f"-- name: back_{name} :one\nSELECT ({value})::text = (:v::{value.rpartition('::')[2]})::text AS v;\n"
        for name, value in VALUES.items()
        if name != "row"
    )
    queries += f"-- name: one_row :one\nSELECT {VALUES['row']} AS v;\n"
    queries += f"-- name: row_row :many\nSELECT {VALUES['row']} AS v, 1 AS n;\n"
    q = build(SCHEMA, queries).sub("q")

    def results() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in VALUES:
            for kind in ("one", "row"):
                try:
                    value = getattr(q, f"{kind}_{name}")(connection)
                except Exception as error:  # noqa: BLE001 (compared)
                    value = error
                found[f"{kind}_{name}"] = repr(value)
                if kind == "one" and name != "row" and not isinstance(value, Exception):
                    back = getattr(q, f"back_{name}")
                    try:
                        found[f"back_{name}"] = repr(back(connection, v=value))
                    except Exception as error:  # noqa: BLE001 (compared)
                        found[f"back_{name}"] = repr(error)
        return found

    without = results()
    assert not [value for value in without.values() if "rror" in value]
    register(connection)
    differing = {
        name: (value, without.get(name))
        for name, value in results().items()
        if value != without.get(name)
    }
    assert not differing, "\n".join(map(str, differing.items()))
