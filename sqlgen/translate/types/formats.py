"""Columns -> the format that a query's values are fetched in: PostgreSQL's text, or binary.

libpq has one format for all columns of a result. psycopg reads most types equally fast in both; the
rows of `scalars` say which differ (docs/performance.md has the measured times).
"""

from collections.abc import Sequence

from ...model.catalog import ArrayType, DomainType, PgType
from .scalars import BinarySpeed, adapter_of


def in_binary(columns: Sequence[PgType]) -> bool:
    """Return whether psycopg can read all of the columns in binary, and is faster at it.

    A `numeric` outweighs a `float8`. Types that psycopg cannot read in binary, or reads with another
    value than from text (`float4`), keep the whole result in text.
    """
    speeds = [_binary_speed(column) for column in columns]
    readable = [speed for speed in speeds if speed is not None]
    return (
        len(readable) == len(speeds)
        and BinarySpeed.FASTER in readable
        and sum(readable) >= 0
    )


def _binary_speed(type_: PgType) -> BinarySpeed | None:
    """Return how fast binary is, None if the type must be read from text."""
    match type_:
        case DomainType(base=base):
            return _binary_speed(base)
        case ArrayType(element=element):
            adapter = adapter_of(element)
            in_arrays = adapter.binary_in_arrays
            return adapter.binary if in_arrays is None else in_arrays
        case _:
            return adapter_of(type_).binary
