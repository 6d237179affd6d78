"""(SharedRow…) -> the row classes that several queries share."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.python import NONE, Field, PyType, Record, UnionOf
from ...model.source import SourceFile, Span
from ..types import overrides
from ..types.named import names_in_type
from ..types.python_types import MODELS, nullable, or_none
from ..types.structures import structures_in
from .requirements import SharedRow


def shared_rows(
    rows: Iterable[SharedRow], sources: Mapping[str, SourceFile]
) -> tuple[Record, ...]:
    """Return the classes that queries name, sorted; each must have the same fields everywhere.

    A field may be None in the class where some of its queries prove that it is not NULL in their
    rows (`WHERE reaction IS NOT NULL`) and others do not. Raises `SqlgenError` (`row-mismatch`)
    with places in *sources*, the query files by their paths.
    """
    classes: dict[str, tuple[SharedRow, Record]] = {}
    diagnostics: list[Diagnostic] = []
    for row in rows:
        first, record = classes.setdefault(row.record.name, (row, row.record))
        common = common_record(record, first.narrowed, row.record, row.narrowed)
        if common is None:
            diagnostics.append(_mismatch(row, first, sources))
        else:
            classes[record.name] = first, common
    if diagnostics:
        raise SqlgenError(*diagnostics)
    records = {record.name: record for _, record in classes.values()}
    return tuple(_inner_first(records))


def row_span(row: SharedRow, sources: Mapping[str, SourceFile]) -> Span:
    """Return the place where the query file names the class."""
    return Span(sources[row.path], row.start, row.end)


def common_record(
    one: Record,
    one_narrowed: Sequence[bool],
    other: Record,
    other_narrowed: Sequence[bool],
) -> Record | None:
    """Return the class that describes both, None if there is none.

    A narrowed field may be None in the class although it is not in this row.
    """
    if len(one.fields) != len(other.fields):
        return None
    fields: list[Field] = []
    for left, left_narrowed, right, right_narrowed in zip(
        one.fields, one_narrowed, other.fields, other_narrowed, strict=True
    ):
        if left_narrowed and nullable(left.type) == right.type:
            left = _widened(left)
        elif right_narrowed and nullable(right.type) == left.type:
            right = _widened(right)
        are_same = (left.name, left.type) == (right.name, right.type)
        if not are_same or (one.returned and other.returned and left != right):
            return None
        fields.append(left if one.returned else right)
    may_be_none = [NONE in _members(field.type) for field in fields]
    texts = [_widened_texts(record, may_be_none) for record in (one, other)]
    if None not in texts and texts[0] != texts[1]:
        return None
    return replace(
        one,
        doc=one.doc or other.doc,
        fields=tuple(fields),
        texts=texts[1] if texts[0] is None else texts[0],
        returned=one.returned or other.returned,
        written=one.written or other.written,
    )


def _widened(field: Field) -> Field:
    """Return the field with None among its values."""
    return replace(
        field,
        type=nullable(field.type),
        raw=nullable(field.raw),
        read=or_none(field.read),
    )


def unread(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Return the fields of a row class that no function returns, so that nothing is converted."""
    return tuple([Field(name=f.name, type=f.type, raw=f.type) for f in fields])


def _widened_texts(
    record: Record, may_be_none: Sequence[bool]
) -> tuple[Field, ...] | None:
    """Return the fields as they are read from texts, with None where they may be None."""
    if record.texts is None:
        return None
    return tuple(
        [
            _widened(field) if is_nullable else field
            for field, is_nullable in zip(record.texts, may_be_none, strict=True)
        ]
    )


def _members(type_: PyType) -> tuple[PyType, ...]:
    return type_.members if isinstance(type_, UnionOf) else (type_,)


def _inner_first(records: Mapping[str, Record]) -> list[Record]:
    """Return the classes sorted by name, each after those that its fields are made of."""
    ordered: dict[str, Record] = {}

    def add(name: str) -> None:
        if name in ordered or name not in records:
            return
        for field in records[name].fields:
            for inner in names_in_type(field.type):
                if inner.module == MODELS and inner.name != name:
                    add(inner.name)
        ordered[name] = records[name]

    for name in sorted(records):
        add(name)
    return list(ordered.values())


def _mismatch(
    row: SharedRow, other: SharedRow, sources: Mapping[str, SourceFile]
) -> Diagnostic:
    """Return the error that shows the rows of two queries side by side, and both places."""
    label, related = (Label(row_span(r, sources)) for r in (row, other))
    return Diagnostic(
        code="row-mismatch",
        message=(
            f"{_rows_of(row, other)} cannot share `{row.record.name}`:"
            f"{side_by_side(columns_of(row.record), columns_of(other.record))}"
        ),
        label=label,
        related=(related,),
        hint="make the columns the same, in the same order, or name another class",
    )


def _rows_of(row: SharedRow, other: SharedRow) -> str:
    if row.query == other.query:
        return f"`{row.query}` returns different rows, which"
    return f"`{row.query}` and `{other.query}` return different rows, so they"


def columns_of(record: Record) -> list[str]:
    """Return the fields of a row class for people to read, a line for each."""
    return [f"{field.name}: {_text(field.type)}" for field in record.fields]


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


def side_by_side(left: Sequence[str], right: Sequence[str]) -> str:
    """Return two columns of text, with a `!` before the lines that differ."""
    width = max(map(len, left), default=0)
    height = max(len(left), len(right))
    lefts = [*left, *[""] * (height - len(left))]
    rights = [*right, *[""] * (height - len(right))]
    return "".join(
        f"\n  {'  ' if a == b else '! '}{a:<{width}}  | {b}".rstrip()
        for a, b in zip(lefts, rights, strict=True)
    )
