"""A statement -> the table columns that it reads and writes."""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

from ...model.frozen import frozen
from ...model.typed import ColumnName
from ..tree.enums import ACL_DELETE, FIRST_LOW_INVALID_ATTRIBUTE
from ..tree.indexed_relation import IndexedRelation
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel

_Columns: TypeAlias = set[tuple[IndexedRelation, int]]


@frozen
class Lineage:
    """The columns that a statement reads and writes, each sorted; `behind_views` are those that only views read."""

    reads: tuple[ColumnName, ...]
    writes: tuple[ColumnName, ...]
    behind_views: tuple[ColumnName, ...]


def lineage(statements: Iterable[QueryLevel]) -> Lineage:
    """Return the columns that the forms of a statement read and write.

    They are the columns that PostgreSQL itself checks permissions for. A view stands for all that it
    reads. A DELETE writes all columns of its table.
    """
    reads: _Columns = set()
    behind: _Columns = set()
    writes: _Columns = set()
    seen: set[int] = set()
    for statement in statements:
        for level in statement.all:
            _gather(level, reads, behind, writes, seen)
    return Lineage(_names(reads | behind), _names(writes), _names(behind - reads))


def _gather(
    level: QueryLevel,
    reads: _Columns,
    behind: _Columns,
    writes: _Columns,
    seen: set[int],
) -> None:
    """Gather what a query reads itself, what views read for it (*behind*), and what it writes."""
    for entry, permissions in _permissions(level):
        table = level.indexed_relation(entry)
        if table is None:
            continue
        read = _columns(table, permissions.numbers("selectedCols"))
        inserted = permissions.numbers("insertedCols")
        written = _columns(table, inserted + permissions.numbers("updatedCols"))
        if permissions.number("requiredPerms") & ACL_DELETE:
            written = {(table, number) for number in table.names}
        view = level.from_query(entry)
        if view is None:
            reads |= read
            writes |= written
            continue
        writes.update(_behind(view, written))
        if table.relation.oid not in seen:
            seen.add(table.relation.oid)
            for inner in view.all:
                _gather(inner, behind, behind, set(), seen)


def _permissions(level: QueryLevel) -> Iterator[tuple[Node, Node]]:
    """Yield each relation's entry with the node that holds its bit sets (its own before 16)."""
    infos = level.query.nodes("rteperminfos")
    for entry in level.entries:
        if "selectedCols" in entry:
            yield entry, entry
        elif 0 < (index := entry.number("perminfoindex")) <= len(infos):
            yield entry, infos[index - 1]


def _columns(table: IndexedRelation, bits: Iterable[int]) -> _Columns:
    """Return the columns of a bit set without the system's own; a whole row is all columns."""
    numbers = {bit + FIRST_LOW_INVALID_ATTRIBUTE for bit in bits}
    if 0 in numbers:
        return {(table, number) for number in table.names}
    return {(table, number) for number in numbers if number in table.names}


def _behind(
    view: QueryLevel, columns: _Columns
) -> Iterator[tuple[IndexedRelation, int]]:
    """Yield the table columns that an updatable view's columns stand for."""
    for _, number in columns:
        expression = view.output_expressions[number - 1]
        column = origin(expression, view) if expression else None
        table = view.index.relation(column.table) if column else None
        if column and table and column.number in table.names:
            yield table, column.number


def _names(columns: _Columns) -> tuple[ColumnName, ...]:
    names = [
        (table.sort_keys[number], table.names[number]) for table, number in columns
    ]
    return tuple([name for _, name in sorted(names, key=itemgetter(0))])
