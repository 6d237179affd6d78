"""Query tree -> the table columns that the query reads and writes."""

from collections.abc import Iterable, Iterator

from ..model.catalog import Catalog, Relation
from ..model.description import TableColumn
from ..model.typed import ColumnName
from .levels import Level, column_name, levels, origin
from .nodes import Node

_FIRST_LOW_INVALID = -7
"""`FirstLowInvalidHeapAttributeNumber` (sysattr.h): bit sets of columns count from here."""

_DELETE = 1 << 3
"""`ACL_DELETE` (parsenodes.h) in an entry's `requiredPerms`."""

_Columns = set[TableColumn]


def lineage(
    catalog: Catalog, tree: Node
) -> tuple[tuple[ColumnName, ...], tuple[ColumnName, ...]]:
    """What *tree* reads and what it writes, each sorted.

    Taken from what PostgreSQL itself would check permissions for. A view stands for all that it
    reads. Whoever deletes a row writes all of its columns.
    """
    reads: _Columns = set()
    writes: _Columns = set()
    seen: set[int] = set()
    for level in levels(catalog, tree):
        _gather(level, reads, writes, seen)
    return _names(catalog, reads), _names(catalog, writes)


def _gather(level: Level, reads: _Columns, writes: _Columns, seen: set[int]) -> None:
    for entry, permissions in _permissions(level):
        relation = level.relation(entry)
        if relation is None:
            continue
        read = _columns(relation, permissions.numbers("selectedCols"))
        written = _columns(
            relation,
            (
                *permissions.numbers("insertedCols"),
                *permissions.numbers("updatedCols"),
            ),
        )
        if permissions.number("requiredPerms") & _DELETE:
            written = {TableColumn(relation.oid, number) for number in relation.columns}
        view = level.source(entry)
        if view is None:
            reads |= read
            writes |= written
            continue
        writes |= set(_behind(view, written))
        if relation.oid not in seen:
            seen.add(relation.oid)
            for inner in levels(level.catalog, view.query):
                _gather(inner, reads, set(), seen)


def _permissions(level: Level) -> Iterator[tuple[Node, Node]]:
    """Each relation's entry with the node that holds its bit sets (its own before 16)."""
    infos = level.query.nodes("rteperminfos")
    for entry in level.entries:
        if "selectedCols" in entry:
            yield entry, entry
        elif 0 < (index := entry.number("perminfoindex")) <= len(infos):
            yield entry, infos[index - 1]


def _columns(relation: Relation, bits: Iterable[int]) -> _Columns:
    """The columns of a bit set without the system's own; a whole row is all columns."""
    numbers = {bit + _FIRST_LOW_INVALID for bit in bits}
    if 0 in numbers:
        numbers = set(relation.columns)
    return {
        TableColumn(relation.oid, number)
        for number in numbers
        if number in relation.columns
    }


def _behind(view: Level, columns: Iterable[TableColumn]) -> Iterator[TableColumn]:
    """The table columns that an updatable view's columns stand for."""
    for column in columns:
        expression = view.output[column.number - 1].node("expr")
        found = origin(expression, view) if expression else None
        if found:
            yield found


def _names(catalog: Catalog, columns: _Columns) -> tuple[ColumnName, ...]:
    named = (column_name(catalog, column) for column in columns)
    return tuple(sorted((name for name in named if name), key=str))
