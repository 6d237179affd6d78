"""The analyses of a query file <-> bytes: what caches keep.

Rows of values instead of objects with keys, and each column's name once: a large project has some
ten thousands of them, which are read at every build.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.query import Mark, Query
from ..model.source import Span
from ..model.typed import (
    Cardinality,
    ColumnName,
    Override,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from . import json_shapes
from .fingerprints import fingerprint
from .types import TypeReader, TypeWriter

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)

Row = list[Any]


def pack(typed: Iterable[TypedQuery]) -> bytes:
    """The analyses, each to be found by its query's fingerprint."""
    types = TypeWriter()
    names: dict[ColumnName, int] = {}

    def place(column: ColumnName) -> int:
        return names.setdefault(column, len(names))

    queries: dict[str, Row] = {}
    for one in typed:
        warnings = [_warning(warning, one.query) for warning in one.warnings]
        if None not in warnings:
            row = [*_row(one, types, place), warnings]
            queries[fingerprint(one.query)] = row
    columns = [[name.schema, name.relation, name.column] for name in names]
    data = {"types": types.types, "columns": columns, "queries": queries}
    return json.dumps(data, separators=(",", ":")).encode()


def unpack(content: bytes, queries: Sequence[Query]) -> dict[int, TypedQuery]:
    """The analyses of those *queries* that are in a pack, by `id` of the query.

    Bytes that no pack is made of have none.
    """
    found: dict[int, TypedQuery] = {}
    try:
        data = json.loads(content)
        types, known = TypeReader(data["types"]), data["queries"]
        columns = [ColumnName(*names) for names in data["columns"]]
        for query in queries:
            if (row := known.get(fingerprint(query))) is not None:
                found[id(query)] = _read(query, row, types, columns)
    except _BROKEN:
        return {}
    return found


def _row(one: TypedQuery, types: TypeWriter, place: Callable[[ColumnName], int]) -> Row:
    return [
        [_parameter(parameter, types, place) for parameter in one.parameters],
        [_column(column, types, place) for column in one.columns],
        one.cardinality,
        [[star.start, star.end, star.columns] for star in one.stars],
        [place(column) for column in one.reads],
        [place(column) for column in one.writes],
    ]


def _read(
    query: Query, row: Row, types: TypeReader, columns: Sequence[ColumnName]
) -> TypedQuery:
    parameters, results, cardinality, stars, reads, writes, warnings = row
    return TypedQuery(
        query=query,
        parameters=tuple([_read_parameter(x, types, columns) for x in parameters]),
        columns=tuple([_read_column(x, types, columns) for x in results]),
        cardinality=Cardinality(cardinality),
        stars=tuple([Star(start, end, tuple(names)) for start, end, names in stars]),
        reads=tuple([columns[place] for place in reads]),
        writes=tuple([columns[place] for place in writes]),
        warnings=tuple([_read_warning(x, query) for x in warnings]),
    )


# --- parameters and columns --------------------------------------------------------------------


def _parameter(
    item: TypedParameter, types: TypeWriter, place: Callable[[ColumnName], int]
) -> Row:
    return [
        item.name,
        item.number,
        types.name(item.type),
        item.nullable,
        item.reason,
        place(item.column) if item.column else None,
        item.literals,
        types.name(item.domain) if item.domain else None,
        item.element_nullable,
    ]


def _read_parameter(
    row: Row, types: TypeReader, columns: Sequence[ColumnName]
) -> TypedParameter:
    name, number, type_, nullable, reason, column, literals, domain, element = row
    return TypedParameter(
        name=name,
        number=number,
        type=types.type(type_),
        nullable=nullable,
        reason=reason,
        column=None if column is None else columns[column],
        literals=tuple(literals),
        domain=None if domain is None else types.domain(domain),
        element_nullable=element,
    )


def _column(
    item: TypedColumn, types: TypeWriter, place: Callable[[ColumnName], int]
) -> Row:
    override = item.override
    return [
        item.name,
        types.name(item.type),
        item.nullable,
        item.reason,
        [override.text, override.mark, override.type] if override else None,
        place(item.column) if item.column else None,
        item.literals,
        types.name(item.domain) if item.domain else None,
        item.element_nullable,
        item.narrowed,
        json_shapes.written(item.json) if item.json else None,
    ]


def _read_column(
    row: Row, types: TypeReader, columns: Sequence[ColumnName]
) -> TypedColumn:
    name, type_, nullable, reason, override, column, *rest = row
    literals, domain, element, narrowed, shape = rest
    return TypedColumn(
        name=name,
        type=types.type(type_),
        nullable=nullable,
        reason=reason,
        override=_read_override(*override) if override else None,
        column=None if column is None else columns[column],
        literals=tuple(literals),
        domain=None if domain is None else types.domain(domain),
        element_nullable=element,
        narrowed=narrowed,
        json=None if shape is None else json_shapes.read(shape),
    )


def _read_override(text: str, mark: str, type_: str) -> Override:
    return Override(text, Mark(mark), type_)


# --- warnings ----------------------------------------------------------------------------------


def _warning(warning: Diagnostic, query: Query) -> Row | None:
    """None where a place of it is outside of the query: it would not move along with it."""
    labels = [_label(label, query) for label in (warning.label, *warning.related)]
    if None in labels:
        return None
    severity = warning.severity.value
    return [warning.code, warning.message, labels, warning.hint, severity]


def _read_warning(row: Row, query: Query) -> Diagnostic:
    code, message, labels, hint, severity = row
    first, *related = [_read_label(label, query) for label in labels]
    return Diagnostic(
        code=code,
        message=message,
        label=first,
        related=tuple([label for label in related if label]),
        hint=hint,
        severity=Severity(severity),
    )


def _label(label: Label | None, query: Query) -> Row | None:
    """A place: the query's name, or characters counted from where its statement starts."""
    if label is None:
        return []
    span, start = label.span, query.sql.to_source(0)
    end = query.sql.to_source(len(query.sql.text))
    if span == query.name_span:
        return ["name", 0, label.text]
    if span.source == query.sql.source and start <= span.start <= span.end <= end:
        return [span.start - start, span.end - start, label.text]
    return None


def _read_label(row: Row, query: Query) -> Label | None:
    if not row:
        return None
    start, end, text = row
    if start == "name":
        return Label(query.name_span, text)
    first = query.sql.to_source(0)
    return Label(Span(query.sql.source, first + start, first + end), text)
