"""Query tree -> the table columns that the query reads and writes."""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

from ...model.typed import ColumnName
from ..tree.catalog_index import Table
from ..tree.enums import ACL_DELETE, FIRST_LOW_INVALID_ATTRIBUTE
from ..tree.nodes import Node
from ..tree.query_level import Level, origin

_Columns: TypeAlias = set[tuple[Table, int]]


def lineage(
    statement: Level,
) -> tuple[tuple[ColumnName, ...], tuple[ColumnName, ...]]:
    """What a statement reads and what it writes, each sorted.

    Taken from what PostgreSQL itself would check permissions for. A view stands for all that it
    reads. Whoever deletes a row writes all of its columns.
    """
    reads: _Columns = set()
    writes: _Columns = set()
    seen: set[int] = set()
    for level in statement.all:
        _gather(level, reads, writes, seen)
    return _names(reads), _names(writes)


def _gather(level: Level, reads: _Columns, writes: _Columns, seen: set[int]) -> None:
    for entry, permissions in _permissions(level):
        table = level.table(entry)
        if table is None:
            continue
        read = _columns(table, permissions.numbers("selectedCols"))
        inserted = permissions.numbers("insertedCols")
        written = _columns(table, inserted + permissions.numbers("updatedCols"))
        if permissions.number("requiredPerms") & ACL_DELETE:
            written = {(table, number) for number in table.names}
        view = level.source(entry)
        if view is None:
            reads |= read
            writes |= written
            continue
        writes.update(_behind(view, written))
        if table.relation.oid not in seen:
            seen.add(table.relation.oid)
            for inner in view.all:
                _gather(inner, reads, set(), seen)


def _permissions(level: Level) -> Iterator[tuple[Node, Node]]:
    """Each relation's entry with the node that holds its bit sets (its own before 16)."""
    infos = level.query.nodes("rteperminfos")
    for entry in level.entries:
        if "selectedCols" in entry:
            yield entry, entry
        elif 0 < (index := entry.number("perminfoindex")) <= len(infos):
            yield entry, infos[index - 1]


def _columns(table: Table, bits: Iterable[int]) -> _Columns:
    """The columns of a bit set without the system's own; a whole row is all columns."""
    numbers = {bit + FIRST_LOW_INVALID_ATTRIBUTE for bit in bits}
    if 0 in numbers:
        return {(table, number) for number in table.names}
    return {(table, number) for number in numbers if number in table.names}


def _behind(view: Level, columns: _Columns) -> Iterator[tuple[Table, int]]:
    """The table columns that an updatable view's columns stand for."""
    for _, number in columns:
        expression = view.output[number - 1].node("expr")
        found = origin(expression, view) if expression else None
        table = view.schema.table(found.table) if found else None
        if found and table and found.number in table.names:
            yield table, found.number


def _names(columns: _Columns) -> tuple[ColumnName, ...]:
    found = [(table.shown[number], table.names[number]) for table, number in columns]
    return tuple([name for _, name in sorted(found, key=itemgetter(0))])
