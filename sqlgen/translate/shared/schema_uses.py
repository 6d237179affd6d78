"""(TypedQuery…) -> what they use of the schema, which a generated check compares with a live database.

It is JSON of each module alone, which a large package only has to put together.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from operator import itemgetter
from typing import Any, TypeAlias

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
from ...model.python import SchemaUses
from ...model.query import Mark
from ...model.typed import (
    ColumnName,
    InsertedRow,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)

_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_toast"})
_DELETES = re.compile(r"\b(?:delete|merge)\b", re.IGNORECASE)


def schema_uses(
    queries: Iterable[TypedQuery], module: str, config: Config
) -> SchemaUses:
    """Return the columns that the queries of a *module* use, the values that they know, and their INSERTs.

    Names of relations in the schemas of the search path have no schema, since the search path of the live
    database decides on it, too.
    """
    module = module.removeprefix(".")
    in_order = sorted(queries, key=lambda query: query.query.name)
    return SchemaUses(
        tuple(_columns(in_order, module, config.search_path)),
        tuple(_values(in_order, module, config.search_path)),
        tuple(_inserts(in_order, module, config.search_path)),
    )


class _Column:
    """A column of a relation, with the positions of the queries that use it."""

    __slots__ = ("behind_views", "not_null", "queries", "type")

    def __init__(self) -> None:
        self.behind_views = True
        self.type = ""
        self.not_null = False
        self.queries: list[int] = []


class _Relation:
    """A relation's columns by name, and the queries that use any of them."""

    __slots__ = ("columns", "queries")

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.columns: defaultdict[str, _Column] = defaultdict(_Column)

    def position(self, query: str) -> int:
        """Return the position of a query that is the last one or a new one."""
        if not self.queries or self.queries[-1] != query:
            self.queries.append(query)
        return len(self.queries) - 1

    def data(self) -> tuple[list[str], list[list[Any]]]:
        """Return the queries, and the list of each column."""
        every = range(len(self.queries))
        return self.queries, [
            [name, used.type, used.not_null, used.behind_views]
            + ([] if len(used.queries) == len(every) else used.queries)
            for name, used in sorted(self.columns.items())
        ]


def _columns(
    queries: Iterable[TypedQuery], module: str, path: Sequence[str]
) -> Iterator[str]:
    """Yield the list of each relation, for queries that are sorted by name."""
    relations: defaultdict[tuple[str, str], _Relation] = defaultdict(_Relation)
    for query in queries:
        stored = {c.column: c for c in query.columns if c.column is not None}
        written = _written(query)
        behind_views = {*query.behind_views}.difference(written)
        for column in dict.fromkeys((*query.reads, *written)):
            if column.schema in _SYSTEM:
                continue
            relation = relations[_schema(column.schema, path), column.relation]
            used = relation.columns[column.column]
            position = relation.position(query.query.name)
            if position not in used.queries[-1:]:  # of the name in two schemas
                used.queries.append(position)
            used.behind_views &= column in behind_views
            if result := stored.get(column):
                used.type = _comparable(result.type) or used.type
                used.not_null |= _shows_not_null(result)
        for row in _composites_of(query):
            relation = relations[_schema(row.schema, path), row.name]
            for field in row.fields:
                used = relation.columns[field.name]
                position = relation.position(query.query.name)
                if position not in used.queries[-1:]:
                    used.queries.append(position)
                used.behind_views = False
                used.type = _comparable(field.type) or used.type
    for (schema, name), relation in sorted(relations.items(), key=itemgetter(0)):
        yield json.dumps([module, schema, name, *relation.data()])


def _composites_of(query: TypedQuery) -> Iterator[CompositeType]:
    """Yield the database's composite types that a query gets and sends values of."""
    for column in query.columns:
        yield from _composites(column.type)
    for parameter in query.parameters:
        yield from _composites(parameter.type)


def _written(query: TypedQuery) -> Iterable[ColumnName]:
    """Return the columns that a query writes; DELETE and MERGE write all those of their table."""
    if not query.writes or not _DELETES.search(query.query.sql.text):
        return query.writes
    parameters = {parameter.column for parameter in query.parameters}
    return [column for column in query.writes if column in parameters]


def _shows_not_null(column: TypedColumn) -> bool:
    """Return whether the table's column must be NOT NULL for the query to be right."""
    is_inferred = column.override is None or column.override.mark is Mark.INFER
    return is_inferred and not column.nullable and not column.narrowed


def _inserts(
    queries: Iterable[TypedQuery], module: str, path: Sequence[str]
) -> Iterator[str]:
    """Yield the list of INSERTs that give the same columns a value, for queries that are sorted by name."""
    users: defaultdict[InsertedRow, list[str]] = defaultdict(list)
    for query in queries:
        for row in query.inserts:
            users[row].append(query.query.name)
    for row, names in sorted(users.items(), key=lambda item: astuple(item[0])):
        place = module, _schema(row.schema, path), row.relation
        yield json.dumps([*place, row.columns, row.conflict, row.constraint, names])


class _Value:
    """The values of an enum, a domain or a column, with the queries that get and that send them."""

    __slots__ = ("readers", "values", "writers")

    def __init__(self) -> None:
        self.values: tuple[str, ...] = ()
        self.readers: list[str] = []
        self.writers: list[str] = []


_ValueKey: TypeAlias = tuple[str, str, str, str, bool]
"""The schema, relation, column and type, and whether that is an enum."""


def _values(
    queries: Iterable[TypedQuery], module: str, path: Sequence[str]
) -> Iterator[str]:
    """Yield the list of each type or column whose values are known, for queries that are sorted by name."""
    known: defaultdict[_ValueKey, _Value] = defaultdict(_Value)
    for query in queries:
        name = query.query.name
        items: list[TypedColumn | TypedParameter] = [*query.columns, *query.parameters]
        for item in items:
            for key, values in _known_values(item, query, path):
                value = known[key]
                value.values = values
                users = (
                    value.readers if isinstance(item, TypedColumn) else value.writers
                )
                if name not in users[-1:]:
                    users.append(name)
    for key, value in sorted(known.items(), key=itemgetter(0)):
        yield json.dumps([module, *key, value.values, value.readers, value.writers])


def _known_values(
    item: TypedColumn | TypedParameter, query: TypedQuery, path: Sequence[str]
) -> Iterator[tuple[_ValueKey, tuple[str, ...]]]:
    """Yield the types and columns whose values a result or a parameter has, with these values."""
    is_read = isinstance(item, TypedColumn)
    enum, column = _enum(item.type), item.column
    if enum and is_read and column:
        yield (*_place(column, path), "", True), enum.labels
    else:
        for one in _enums(item.type):
            yield ("", "", "", one.display, True), one.labels
    if item.literals and column and (is_read or column in query.writes):
        yield (*_place(column, path), "", False), item.literals
    for row in () if is_read else _composites(item.type):
        # The fields of a value that is sent have an order and no names.
        yield ("", "", "", row.display, False), tuple([f.name for f in row.fields])


def _place(column: ColumnName, path: Sequence[str]) -> tuple[str, str, str]:
    return _schema(column.schema, path), column.relation, column.column


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


def _composites(type_: PgType) -> Iterator[CompositeType]:
    """Yield the database's composite types in a type."""
    match type_:
        case (
            ArrayType(element=inner) | DomainType(base=inner) | RangeType(subtype=inner)
        ):
            yield from _composites(inner)
        case CompositeType(fields=fields):
            if not type_.of_query and type_.schema not in _SYSTEM:
                yield type_
            for field in fields:
                yield from _composites(field.type)
        case EnumType() | ScalarType():
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
