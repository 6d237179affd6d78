"""The rows of several queries -> the one class that they share."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.python import Field, PyType, Record
from ...model.source import SourceFile, Span
from ..types import overrides
from ..types.python_types import nullable, or_none
from ..types.structures import structures_in
from .requirements import SharedRow


def shared_rows(
    rows: Iterable[SharedRow], sources: Mapping[str, SourceFile]
) -> tuple[Record, ...]:
    """The classes named by `-> ROW`, sorted; each must have the same fields everywhere.

    Where the queries differ only in that some prove a nullable column not to be NULL in their
    rows (`WHERE reaction IS NOT NULL`), the class says what is true of all of them. Raises
    `SqlgenError` (`row-mismatch`) with places in *sources*, the query files by their paths.
    """
    agreed: dict[str, tuple[SharedRow, Record]] = {}
    diagnostics: list[Diagnostic] = []
    for row in rows:
        first, record = agreed.setdefault(row.record.name, (row, row.record))
        fields = tuple(map(_common, _fields(first, record), _fields(row, row.record)))
        if None in fields or len(record.fields) != len(row.record.fields):
            diagnostics.append(_mismatch(row, first, sources))
        else:
            common = tuple(field for field in fields if field)
            agreed[record.name] = first, replace(record, fields=common)
    if diagnostics:
        raise SqlgenError(*diagnostics)
    found = [record for _, record in agreed.values()]
    return tuple(sorted(found, key=lambda record: record.name))


def row_span(row: SharedRow, sources: Mapping[str, SourceFile]) -> Span:
    """Where the row is named."""
    return Span(sources[row.path], row.start, row.end)


def _fields(row: SharedRow, record: Record) -> list[tuple[Field, bool]]:
    """The fields of a row, each with whether only this query proves it not to be NULL."""
    return list(zip(record.fields, row.narrowed, strict=True))


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


def _mismatch(
    row: SharedRow, other: SharedRow, sources: Mapping[str, SourceFile]
) -> Diagnostic:
    """The rows of two queries side by side, and both places."""
    label, related = (Label(row_span(r, sources)) for r in (row, other))
    return Diagnostic(
        code="row-mismatch",
        message=f"`{row.query}` and `{other.query}` return different rows,"
        f" so they cannot share `{row.row}`:"
        f"{_side_by_side(_columns(row), _columns(other))}",
        label=label,
        related=(related,),
        hint="make the columns the same, in the same order, or name another class",
    )


def _columns(row: SharedRow) -> list[str]:
    return [f"{field.name}: {_text(field.type)}" for field in row.record.fields]


def _text(type_: PyType) -> str:
    """The type with the keys of its `TypedDict`s, whose names are the same in both rows."""
    shown = overrides.text(type_)
    found = {each.name: each for each in structures_in(type_)}
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
