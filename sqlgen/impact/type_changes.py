"""PgType, PgType -> whether code that was generated for the first can read or write values of the second.

Python's types decide, since psycopg sends a value by what it is, and reads it by the type that the
server names.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from ..model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from .findings import Consequence, Mismatch

_INTEGERS: Final = ("int2", "int4", "int8")
"""The integers, the smallest first: Python has one type for all of them."""
_TEXTS: Final = frozenset({"text", "varchar", "bpchar", "citext", "name"})
"""The types whose values are texts of any form; lengths are those of columns."""
_JSON: Final = frozenset({"json", "jsonb"})


Compare: TypeAlias = Callable[[PgType, PgType, str], Iterator[Mismatch]]
"""Yields what is different between two types for the item of that name."""


def read_changes(before: PgType, after: PgType, item: str) -> Iterator[Mismatch]:
    """Yield why code that expects values of the type *before* cannot read those of *after*."""
    before, after = base_type(before), base_type(after)
    match before, after:
        case EnumType(), EnumType():
            if labels := _missing(after.labels, before.labels):
                message = f"{after.display} gains {labels}, which the code cannot read"
                yield Mismatch(Consequence.UNKNOWN_VALUE, item, message)
        case EnumType(), ScalarType() if after.name in _TEXTS:
            message = f"any text, not only the labels of {before.display}"
            yield Mismatch(Consequence.UNKNOWN_VALUE, item, message)
        case ScalarType(), ScalarType() if _reads_alike(before, after):
            return
        case CompositeType(), CompositeType():
            yield from _fields(before, after, item, text_changes)
            for old, new in zip(before.fields, after.fields, strict=False):
                yield from literal_gains(
                    old.literals, new.literals, f"{item}.{old.name}"
                )
                if old.not_null and not new.not_null:
                    field = f"{item}.{old.name}"
                    yield Mismatch(Consequence.WIDENS, field, "may be NULL now")
        case _ if within := _elements(before, after):
            yield from read_changes(*within, item)
        case _:
            message = f"gives {after.display} instead of {before.display}"
            yield Mismatch(Consequence.BREAKS, item, message)


def text_changes(before: PgType, after: PgType, item: str) -> Iterator[Mismatch]:
    """Yield why code that parses the text of *before* cannot parse that of *after*."""
    type_ = base_type(before)
    if not (isinstance(type_, ScalarType) and type_.name in _TEXTS):
        yield from read_changes(before, after, item)


def write_changes(before: PgType, after: PgType, item: str) -> Iterator[Mismatch]:
    """Yield why *after* may not accept values that the code sends for the type *before*."""
    before, after = base_type(before), base_type(after)
    match before, after:
        case EnumType(), EnumType():
            if labels := _missing(before.labels, after.labels):
                message = f"sends {labels}, which {after.display} does not have"
                yield Mismatch(Consequence.MAY_FAIL, item, message)
        case EnumType(), ScalarType() if after.name in _TEXTS:
            return
        case ScalarType(), ScalarType() if _writes_alike(before, after):
            return
        case CompositeType(), CompositeType():
            yield from _fields(before, after, item, write_changes)
        case _ if within := _elements(before, after):
            yield from write_changes(*within, item)
        case _:
            message = f"sends {before.display} where {after.display} is expected"
            yield Mismatch(Consequence.MAY_FAIL, item, message)


def _elements(before: PgType, after: PgType) -> tuple[PgType, PgType] | None:
    """Return the types of the elements of two arrays, or of the bounds of two ranges; None for other types."""
    match before, after:
        case ArrayType(), ArrayType():
            return before.element, after.element
        case RangeType(), RangeType() if before.multirange == after.multirange:
            return before.subtype, after.subtype
        case _:
            return None


def _fields(
    before: CompositeType, after: CompositeType, item: str, compare: Compare
) -> Iterator[Mismatch]:
    """Yield what is different in the fields of two composite types, as *compare* finds it."""
    if len(before.fields) != len(after.fields):
        message = (
            f"{after.display} has {len(after.fields)} fields instead of"
            f" {len(before.fields)}"
        )
        yield Mismatch(Consequence.BREAKS, item, message)
        return
    for old, new in zip(before.fields, after.fields, strict=True):
        yield from compare(old.type, new.type, f"{item}.{old.name}")


def is_narrower(type_: PgType, before: int, after: int) -> bool:
    """Return whether a column with the modifier *after* refuses values that it took with *before*.

    The modifiers are `atttypmod` (varchar.c, numeric.c and varbit.c); rounding is no refusal.
    """
    if after == -1 or before == after:
        return False
    base = base_type(type_)
    if not isinstance(base, ScalarType):
        return isinstance(base, ArrayType) and is_narrower(base.element, before, after)
    if base.name in ("varchar", "bpchar", "varbit"):
        return before == -1 or after < before
    if base.name == "bit":
        return True
    if base.name == "numeric":
        return before == -1 or _integral_digits(after) < _integral_digits(before)
    return False


def _integral_digits(modifier: int) -> int:
    """Return how many digits before the point a numeric has (`numeric_typmod_precision`, numeric.c)."""
    packed = modifier - 4
    scale = packed & 0x7FF
    return (packed >> 16) - (scale - 2048 if scale >= 1024 else scale)


def literal_gains(
    before: tuple[str, ...], after: tuple[str, ...], item: str
) -> Iterator[Mismatch]:
    """Yield the values that a column may have *after*, if the code knows only those *before*."""
    if not before:
        return
    if not after:
        yield Mismatch(
            Consequence.UNKNOWN_VALUE, item, "any value, since no CHECK lists them now"
        )
    elif gained := _missing(after, before):
        message = f"a CHECK allows {gained} now, which the code does not know"
        yield Mismatch(Consequence.UNKNOWN_VALUE, item, message)


def _missing(values: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Return those of the *values* that are not among the *others*, for people."""
    return ", ".join([quoted(value) for value in values if value not in others])


def quoted(value: str) -> str:
    """Return a text of the database as messages show it."""
    return f"'{value}'"


def base_type(type_: PgType) -> PgType:
    """Return the type that values of a domain have."""
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def _reads_alike(before: ScalarType, after: ScalarType) -> bool:
    """Return whether psycopg makes the same Python values of both types."""
    pair = {before.name, after.name}
    return _is_same(before, after) or any(
        pair <= {*names} for names in (_INTEGERS, _TEXTS, _JSON)
    )


def _writes_alike(before: ScalarType, after: ScalarType) -> bool:
    """Return whether all Python values of the first type are accepted for the second."""
    if _is_same(before, after) or {before.name, after.name} <= _TEXTS:
        return True
    if before.name not in _INTEGERS:
        return False
    return after.name in (*_INTEGERS[_INTEGERS.index(before.name) :], "numeric")


def _is_same(one: ScalarType, other: ScalarType) -> bool:
    return (one.schema, one.name) == (other.schema, other.name)
