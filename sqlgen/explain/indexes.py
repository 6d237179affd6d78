"""The indexes of a database by their tables, and the tables that are partitions of another. Pure."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from ..model.frozen import frozen
from .conditions import columns_of, comparison, tokens, without_alias


@frozen(kw_only=True)
class Index:
    """An index that is valid.

    `parent` is the name of the partitioned index that it is a part of, in its own schema or another,
    else its own. `keys` are its columns or expressions in SQL, `columns` the names of those that are columns,
    empty for expressions. `enforces`: it belongs to a constraint, is unique, or tells replicas which row is
    meant. `partial`: it has only some of the rows.
    """

    schema: str
    table: str
    name: str
    parent: tuple[str, str]
    method: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    enforces: bool
    partial: bool
    definition: str

    def begins_in(self, condition: str, alias: str) -> bool:
        """Return whether its first key is in a condition on the table of that *alias*.

        Of a B-tree, only the first key narrows what is read, apart from the skip scans of PostgreSQL 18. Other
        methods look up any of their keys.
        """
        if self.method != "btree":
            return any(self._is_in(n, condition, alias) for n in range(len(self.keys)))
        return self._is_in(0, condition, alias)

    def _is_in(self, number: int, condition: str, alias: str) -> bool:
        pair = comparison(condition)
        if pair and pair.right.startswith(("ANY ", "ALL ")):
            # An index has the left side only: it cannot look up an element of its own column's arrays.
            condition = pair.left
        if self.columns[number]:
            return self.columns[number] in columns_of(condition, alias)
        return _bare(self.keys[number]) in _bare(without_alias(condition, alias))


class TableIndexes:
    """The indexes of a database by their tables, and the partitions of tables.

    A table is a pair of its schema and name.
    """

    def __init__(
        self,
        indexes: Sequence[Index],
        parents: Mapping[tuple[str, str], tuple[str, str]],
        partition_keys: Mapping[tuple[str, str], Sequence[str]],
    ) -> None:
        self.indexes = tuple(indexes)
        self._parents = parents
        self._partition_keys = partition_keys

    def of(self, schema: str, table: str) -> tuple[Index, ...]:
        """Return the indexes of a table."""
        return self._by_table.get((schema, table), ())

    def named(self, schema: str, name: str) -> Index | None:
        """Return the index of that name; None if there is none."""
        return self._by_name.get((schema, name))

    def root(self, schema: str, table: str) -> tuple[str, str]:
        """Return the table that a partition belongs to in the end; a table itself if it is none."""
        name = (schema, table)
        while name in self._parents:
            name = self._parents[name]
        return name

    def root_index(self, schema: str, name: str) -> tuple[str, str]:
        """Return the index of the partitioned table that an index is a part of; itself if it is none."""
        place = (schema, name)
        while (index := self._by_name.get(place)) and index.parent != place:
            place = index.parent
        return place

    def partition_columns(self, schema: str, table: str) -> frozenset[str]:
        """Return the columns that decide on the partition, of all tables above a partition."""
        name = (schema, table)
        columns = set(self._partition_keys.get(name, ()))
        while name in self._parents:
            name = self._parents[name]
            columns |= set(self._partition_keys.get(name, ()))
        return frozenset(columns)

    @cached_property
    def _by_table(self) -> dict[tuple[str, str], tuple[Index, ...]]:
        tables: dict[tuple[str, str], tuple[Index, ...]] = {}
        for index in self.indexes:
            name = (index.schema, index.table)
            tables[name] = (*tables.get(name, ()), index)
        return tables

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Index]:
        return {(index.schema, index.name): index for index in self.indexes}


def _bare(expression: str) -> str:
    """Return an expression without white space and parentheses, to be found in another."""
    return "".join(
        [
            token.text
            for token in tokens(expression)
            if token.kind != "space" and token.text not in "()"
        ]
    )
