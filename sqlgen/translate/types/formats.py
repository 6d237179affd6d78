"""Columns -> the format that a query's values are fetched in: PostgreSQL's text, or binary.

libpq has one format for all columns of a result. Most values take psycopg as long to read in the
one as in the other; the tables below name those that don't (docs/performance.md has the figures).
"""

from collections.abc import Sequence

from ...model.catalog import ArrayType, DomainType, PgType, RangeType, ScalarType
from .mapping import known
from .scalars import RANGES

_EVEN = frozenset(
    [
        "bool",
        "bpchar",
        "bytea",
        "date",
        "int2",
        "int4",
        "int8",
        "interval",
        "json",
        "name",
        "oid",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "uuid",
        "varchar",
    ]
)
_FASTER = (RANGES - {"numrange", "nummultirange"}) | {"float8", "inet", "cidr"}
_FASTER_IN_ARRAYS = frozenset({"float8", "uuid"})
_SLOWER = frozenset({"numeric", "numrange", "nummultirange", "jsonb"})


def in_binary(columns: Sequence[PgType]) -> bool:
    """Whether all can be read in binary, and that is faster.

    A `numeric` loses what a `float8` gains. In the types of no table the two formats differ, as in
    `float4`, or psycopg reads one only.
    """
    found = [_gain(column) for column in columns]
    gains = [gain for gain in found if gain is not None]
    return len(gains) == len(found) and 1 in gains and sum(gains) >= 0


def _gain(type_: PgType) -> int | None:
    """Whether binary is faster (1), slower (-1) or neither (0); None if there must be text."""
    match type_:
        case DomainType(base=base):
            return _gain(base)
        case ArrayType(element=ScalarType() | RangeType() as element):
            gain = _gain(element)
            return 1 if known(element, _FASTER_IN_ARRAYS) else gain
        case ScalarType() | RangeType() if known(type_, _FASTER):
            return 1
        case ScalarType() | RangeType() if known(type_, _SLOWER):
            return -1
        case ScalarType() if known(type_, _EVEN):
            return 0
        case _:
            return None
