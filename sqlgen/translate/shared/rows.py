"""(SharedRow…) -> the row classes that several queries share."""

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
    """Return the classes named by `-> ROW`, sorted; each must have the same fields everywhere.

    A field may be None in the class where some of its queries prove that it is not NULL in their
    rows (`WHERE reaction IS NOT NULL`) and others do not. Raises `SqlgenError` (`row-mismatch`)
    with places in *sources*, the query files by their paths.
    """
    classes: dict[str, tuple[SharedRow, Record]] = {}
    diagnostics: list[Diagnostic] = []
    for row in rows:
        first, record = classes.setdefault(row.record.name, (row, row.record))
        fields = tuple(map(_common, _fields(first, record), _fields(row, row.record)))
        if None in fields or len(record.fields) != len(row.record.fields):
            diagnostics.append(_mismatch(row, first, sources))
        else:
            common = tuple(field for field in fields if field)
            classes[record.name] = first, replace(record, fields=common)
    if diagnostics:
        raise SqlgenError(*diagnostics)
    records = [record for _, record in classes.values()]
    return tuple(sorted(records, key=lambda record: record.name))


def row_span(row: SharedRow, sources: Mapping[str, SourceFile]) -> Span:
    """Return the place where the query file names the class."""
    return Span(sources[row.path], row.start, row.end)


def _fields(row: SharedRow, record: Record) -> list[tuple[Field, bool]]:
    """Return the fields, each with whether only this query proves that it is not NULL."""
    return list(zip(record.fields, row.narrowed, strict=True))


def _common(one: tuple[Field, bool], other: tuple[Field, bool]) -> Field | None:
    """Return the field that describes both, None where there is no such field."""
    (left, left_narrowed), (right, right_narrowed) = one, other
    if left == right:
        return left
    if left_narrowed and _widened(left) == right:
        return right
    if right_narrowed and _widened(right) == left:
        return left
    return None


def _widened(field: Field) -> Field:
    """Return the field with None among its values."""
    return replace(
        field,
        type=nullable(field.type),
        raw=nullable(field.raw),
        read=or_none(field.read),
    )


def _mismatch(
    row: SharedRow, other: SharedRow, sources: Mapping[str, SourceFile]
) -> Diagnostic:
    """Return the error that shows the rows of two queries side by side, and both places."""
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
    """Return the type with its `TypedDict`s spelt out: their names are the same in both rows."""
    text = overrides.text(type_)
    structures = {item.name: item for item in structures_in(type_)}
    for name, structure in reversed(structures.items()):
        keys = [
            f"{key.name}{'' if key.required else '?'}: {overrides.text(key.type)}"
            for key in structure.keys
        ]
        body = "{" + ", ".join(keys).replace("\\", "\\\\") + "}"
        text = re.sub(rf"\b{name}\b", body, text)
    return text


def _side_by_side(left: Sequence[str], right: Sequence[str]) -> str:
    """Return two columns of text, with a `!` before the lines that differ."""
    width = max(map(len, left), default=0)
    height = max(len(left), len(right))
    lefts = [*left, *[""] * (height - len(left))]
    rights = [*right, *[""] * (height - len(right))]
    return "".join(
        f"\n  {'  ' if a == b else '! '}{a:<{width}}  | {b}".rstrip()
        for a, b in zip(lefts, rights, strict=True)
    )
