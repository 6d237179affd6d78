"""Row classes, composites of the same names -> classes that are both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.python import Composite, Keep, Record
from ...model.source import SourceFile
from .. import names
from ..types.python_types import nullable, or_none
from .requirements import SharedRow
from .rows import columns_of, common_record, row_span, side_by_side, unread


def rows_of_composites(
    records: Iterable[Record],
    composites: Sequence[Composite],
    rows: Sequence[SharedRow],
    sources: Mapping[str, SourceFile],
) -> tuple[tuple[Record, ...], tuple[Composite, ...]]:
    """Return the row classes that are no composites, and all composites.

    A table's rows may be a query's rows too: `-> Customer`, and `customers` within other rows,
    which `[tool.sqlgen.names]` calls `Customer`. Raises `SqlgenError` (`row-mismatch`) if their
    fields differ, at the place in *sources* where a query names the class.
    """
    by_name = {record.name: record for record in records}
    both: list[Composite] = []
    for composite in composites:
        record = by_name.pop(composite.name, None)
        if record is None:
            both.append(composite)
            continue
        own = _as_record(composite, record)
        count = len(record.fields)
        common = common_record(record, (False,) * count, own, (True,) * len(own.fields))
        if common is None:
            named = next(row for row in rows if row.record.name == record.name)
            raise _mismatch(named, record, own, sources)
        fields = tuple(
            [
                replace(field, name=new.name, type=new.type)
                for field, new in zip(composite.fields, common.fields, strict=True)
            ]
        )
        row = common if common.returned else _selected(common, composite)
        both.append(replace(composite, fields=fields, row=row))
    return tuple(by_name.values()), tuple(both)


def _selected(record: Record, composite: Composite) -> Record:
    """Return the class of a composite that is made of a row's columns, if there are such rows."""
    fields = [
        replace(
            field,
            raw=nullable(column.raw) if field.type != column.type else column.raw,
            read=or_none(column.read) if field.type != column.type else column.read,
        )
        for field, column in zip(record.fields, composite.columns, strict=False)
    ]
    return replace(record, fields=tuple(fields)) if fields else record


def _as_record(composite: Composite, record: Record) -> Record:
    """Return a composite as a class in the style of another *record*."""
    field_names = names.field_names([f.name for f in composite.fields], record.style)
    texts = tuple(
        [
            replace(field, name=name, write=Keep())
            for name, field in zip(field_names, composite.fields, strict=True)
        ]
    )
    return Record(
        name=composite.name,
        doc=composite.doc,
        fields=unread(texts),
        style=record.style,
        texts=texts if composite.read else None,
        returned=False,
        written=composite.written,
    )


def _mismatch(
    row: SharedRow, record: Record, other: Record, sources: Mapping[str, SourceFile]
) -> SqlgenError:
    """Return the error that shows a row and a composite side by side."""
    return SqlgenError(
        Diagnostic(
            code="row-mismatch",
            message=(
                f"`{row.query}` returns a row that cannot be `{record.name}`, the class of a type of the"
                f" database:{side_by_side(columns_of(record), columns_of(other))}"
            ),
            label=Label(row_span(row, sources)),
            hint="make the columns the same, in the same order, or name another class",
        )
    )
