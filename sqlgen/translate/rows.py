"""The rows of several queries -> the one class that they share."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Field, PyType, Record
from . import overrides
from .queries import Translated
from .structures import structures
from .types import nullable, or_none


def shared_rows(queries: Iterable[Translated]) -> tuple[Record, ...]:
    """The classes named by `-> ROW`, sorted; each must have the same fields everywhere.

    Where the queries differ only in that some prove a nullable column not to be NULL in their
    rows (`WHERE reaction IS NOT NULL`), the class says what is true of all of them.
    """
    agreed: dict[str, tuple[Translated, Record]] = {}
    diagnostics: list[Diagnostic] = []
    for query in queries:
        if query.shared is None:
            continue
        first, record = agreed.setdefault(query.shared.name, (query, query.shared))
        fields = tuple(
            map(_common, _fields(first, record), _fields(query, query.shared))
        )
        if None in fields or len(record.fields) != len(query.shared.fields):
            diagnostics.append(_mismatch(query, first))
        else:
            common = tuple(field for field in fields if field)
            agreed[record.name] = first, replace(record, fields=common)
    if diagnostics:
        raise SqlgenError(*diagnostics)
    found = [record for _, record in agreed.values()]
    return tuple(sorted(found, key=lambda record: record.name))


def _fields(query: Translated, record: Record) -> list[tuple[Field, bool]]:
    """The fields of a row, each with whether only this query proves it not to be NULL."""
    return list(zip(record.fields, query.narrowed, strict=True))


def _common(one: tuple[Field, bool], other: tuple[Field, bool]) -> Field | None:
    """The field that is true of both, or None where there is none."""
    (mine, narrowed), (theirs, theirs_narrowed) = one, other
    if mine == theirs:
        return mine
    if narrowed and _widened(mine) == theirs:
        return theirs
    if theirs_narrowed and _widened(theirs) == mine:
        return mine
    return None


def _widened(field: Field) -> Field:
    """The field with None among its values."""
    return replace(
        field,
        type=nullable(field.type),
        raw=nullable(field.raw),
        read=or_none(field.read),
    )


def _mismatch(query: Translated, other: Translated) -> Diagnostic:
    """The rows of two queries side by side, and both places."""
    label, related = (
        Label(q.query.row_span or q.query.name_span) for q in (query, other)
    )
    return Diagnostic(
        code="row-mismatch",
        message=f"`{query.query.name}` and `{other.query.name}` return different rows,"
        f" so they cannot share `{query.query.row}`:"
        f"{_side_by_side(_columns(query), _columns(other))}",
        label=label,
        related=(related,),
        hint="make the columns the same, in the same order, or name another class",
    )


def _columns(query: Translated) -> list[str]:
    fields = query.shared.fields if query.shared else ()
    return [f"{field.name}: {_text(field.type)}" for field in fields]


def _text(type_: PyType) -> str:
    """The type with the keys of its `TypedDict`s, whose names are the same in both rows."""
    shown = overrides.text(type_)
    found = {each.name: each for each in structures(type_)}
    for name, each in reversed(found.items()):
        keys = [
            f"{key.name}{'' if key.required else '?'}: {overrides.text(key.type)}"
            for key in each.keys
        ]
        body = "{" + ", ".join(keys).replace("\\", "\\\\") + "}"
        shown = re.sub(rf"\b{name}\b", body, shown)
    return shown


def _side_by_side(mine: Sequence[str], theirs: Sequence[str]) -> str:
    width = max(map(len, mine), default=0)
    rows = max(len(mine), len(theirs))
    left = [*mine, *[""] * (rows - len(mine))]
    right = [*theirs, *[""] * (rows - len(theirs))]
    return "".join(
        f"\n  {'  ' if a == b else '! '}{a:<{width}}  | {b}".rstrip()
        for a, b in zip(left, right, strict=True)
    )
