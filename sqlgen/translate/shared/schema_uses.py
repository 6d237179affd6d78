"""(TypedQuery…) -> what they use of the schema, which a generated check compares with a live database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.config import Config
from ...model.python import ColumnUse, ValueUse
from ...model.query import Mark
from ...model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery

_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_toast"})
_DELETES = re.compile(r"\b(?:delete|merge)\b", re.IGNORECASE)


def schema_uses(
    queries: Iterable[TypedQuery], module: str, config: Config
) -> tuple[tuple[ColumnUse, ...], tuple[ValueUse, ...]]:
    """Return the columns that the queries of a *module* use, and the values that they know.

    Names of relations in the schemas of the search path have no schema, since the search path of the live
    database decides on it, too.
    """
    path = config.search_path
    columns: list[ColumnUse] = []
    values: list[ValueUse] = []
    for query in queries:
        name = f"{module.removeprefix('.')}.{query.query.name}"
        columns += _columns(query, name, path)
        values += _values(query, name, path)
    return merged_columns(columns), merged_values(values)


def merged_columns(uses: Iterable[ColumnUse]) -> tuple[ColumnUse, ...]:
    """Return one use for each column, sorted, with all its queries."""
    merged: dict[tuple[str, str, str], ColumnUse] = {}
    queries: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for use in uses:
        key = use.schema, use.relation, use.column
        other = merged.get(key, use)
        queries[key].update(use.queries)
        merged[key] = replace(
            use,
            type=use.type or other.type,
            not_null=use.not_null or other.not_null,
            queries=(),
        )
    return tuple(
        [
            replace(merged[key], queries=tuple(sorted(queries[key])))
            for key in sorted(merged)
        ]
    )


def merged_values(uses: Iterable[ValueUse]) -> tuple[ValueUse, ...]:
    """Return one use for each type or column whose values are known, sorted, with all its queries."""
    merged: dict[tuple[str, str, str, str], ValueUse] = {}
    readers: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    writers: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for use in uses:
        key = use.type, use.schema, use.relation, use.column
        merged[key] = use
        readers[key].update(use.readers)
        writers[key].update(use.writers)
    return tuple(
        [
            replace(
                merged[key],
                readers=tuple(sorted(readers[key])),
                writers=tuple(sorted(writers[key])),
            )
            for key in sorted(merged)
        ]
    )


def _columns(query: TypedQuery, name: str, path: Sequence[str]) -> Iterator[ColumnUse]:
    stored = {c.column: c for c in query.columns if c.column is not None}
    written = query.writes
    if _DELETES.search(query.query.sql.text):  # which writes all columns of its table
        parameters = {parameter.column for parameter in query.parameters}
        written = tuple([column for column in written if column in parameters])
    for column in sorted({*query.reads, *written}, key=str):
        if column.schema in _SYSTEM:
            continue
        result = stored.get(column)
        yield ColumnUse(
            schema=_schema(column.schema, path),
            relation=column.relation,
            column=column.column,
            type=_comparable(result.type) if result else "",
            not_null=result is not None and _shows_not_null(result),
            queries=(name,),
        )


def _shows_not_null(column: TypedColumn) -> bool:
    """Return whether the table's column must be NOT NULL for the query to be right."""
    is_inferred = column.override is None or column.override.mark is Mark.INFER
    return is_inferred and not column.nullable and not column.narrowed


def _values(query: TypedQuery, name: str, path: Sequence[str]) -> Iterator[ValueUse]:
    items: list[TypedColumn | TypedParameter] = [*query.columns, *query.parameters]
    for item in items:
        is_read = isinstance(item, TypedColumn)
        use = ValueUse(
            values=(),
            readers=(name,) if is_read else (),
            writers=() if is_read else (name,),
        )
        enum = _enum(item.type)
        if enum and is_read and item.column:
            yield replace(
                _of_column(use, item.column, path), values=enum.labels, is_enum=True
            )
        else:
            for one in _enums(item.type):
                yield replace(use, type=one.display, values=one.labels, is_enum=True)
        if item.literals and item.column and (is_read or item.column in query.writes):
            yield replace(_of_column(use, item.column, path), values=item.literals)


def _of_column(use: ValueUse, column: ColumnName, path: Sequence[str]) -> ValueUse:
    return replace(
        use,
        schema=_schema(column.schema, path),
        relation=column.relation,
        column=column.column,
    )


def _enum(type_: PgType) -> EnumType | None:
    """Return the enum that a column's values, or the items of its arrays, are of; None if of none."""
    plain = _plain(type_)
    if isinstance(plain, ArrayType):
        plain = _plain(plain.element)
    return plain if isinstance(plain, EnumType) else None


def _enums(type_: PgType) -> Iterator[EnumType]:
    match type_:
        case EnumType():
            yield type_
        case (
            ArrayType(element=inner) | DomainType(base=inner) | RangeType(subtype=inner)
        ):
            yield from _enums(inner)
        case CompositeType(fields=fields):
            for field in fields:
                yield from _enums(field.type)
        case ScalarType():
            return


def _comparable(type_: PgType) -> str:
    """Return the type that PostgreSQL displays; empty for the user's own, which may have other names."""
    plain = _plain(type_)
    inner = _plain(plain.element) if isinstance(plain, ArrayType) else plain
    return plain.display if isinstance(inner, ScalarType) else ""


def _plain(type_: PgType) -> PgType:
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def _schema(schema: str, path: Sequence[str]) -> str:
    return "" if schema in path else schema
