"""A table of the catalog -> drafts of the queries that most services have of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.catalog import Column, Relation, RelationKind
from ..model.frozen import frozen
from ..model.identifiers import quoted

_WRITTEN: Final = (
    RelationKind.TABLE,
    RelationKind.PARTITIONED,
    RelationKind.FOREIGN_TABLE,
)
"""The kinds of relations that queries write to; of others, they only read."""


@frozen
class Draft:
    """A query in several ways to write it: the first one that has neither errors nor warnings is taken."""

    name: str
    texts: tuple[str, ...]


@frozen
class TableNames:
    """The names of a table's queries and their row: `patient`, `patients`, and `Patient` or empty.

    `table` is its name in SQL, quoted where need be. `parameters` are the names of parameters for its columns,
    by number.
    """

    one: str
    many: str
    row: str
    table: str
    parameters: dict[int, str]


def table_queries(relation: Relation, names: TableNames) -> tuple[Draft, ...]:
    """Return the drafts: get by each unique key, list by each foreign key, a page, and writes."""
    drafts = _Drafts(relation, names)
    reads = (*drafts.gets(), *drafts.lists(), drafts.page())
    if relation.kind not in _WRITTEN:
        return reads
    return (*reads, *drafts.writes())


class _Drafts:
    """Makes the drafts of one table; the first key without NULLs is the one by which rows are changed."""

    def __init__(self, relation: Relation, names: TableNames) -> None:
        self._relation = relation
        self._names = names
        self._columns = relation.columns
        keys = sorted(relation.unique_keys, key=lambda key: not key.primary)
        self._keys = list(dict.fromkeys([key.columns for key in keys]))
        self._key = next(
            (
                key
                for key in self._keys
                if all(self._columns[number].not_null for number in key)
            ),
            (),
        )

    def gets(self) -> Iterator[Draft]:
        """Yield a query for the row of each unique key."""
        for key in self._keys:
            suffix = "" if key == self._key else f"_by_{self._words(key)}"
            yield self._draft(
                f"get_{self._names.one}{suffix}",
                ("optional",),
                (f"SELECT * FROM {self._names.table}\nWHERE {self._is(key)}",),
            )

    def lists(self) -> Iterator[Draft]:
        """Yield a query for the rows that refer to a row by a foreign key."""
        keys = [key.columns for key in self._relation.foreign_keys]
        for key in dict.fromkeys(keys):
            if key not in self._keys:
                yield self._draft(
                    f"list_{self._names.many}_by_{self._words(key)}",
                    ("many",),
                    (
                        f"SELECT * FROM {self._names.table}\nWHERE {self._is(key)}{self._order()}",
                    ),
                )

    def page(self) -> Draft:
        """Return a query for a page of the rows, or for the first rows where no key orders them."""
        name, table = f"list_{self._names.many}", self._names.table
        ordered = f"SELECT * FROM {table}{self._order()}"
        forms = [("many", f"{ordered}\nLIMIT :max_rows")]
        if self._key:
            forms = [
                ("page", ordered),
                *forms,
                ("many", f"SELECT * FROM {table}\nLIMIT :max_rows"),
            ]
        row = self._names.row
        return Draft(
            name,
            tuple([_query(name, command, row, "", text) for command, text in forms]),
        )

    def writes(self) -> Iterator[Draft]:
        """Yield queries that insert, update and delete a row."""
        yield self._insert()
        if self._key:
            changed = [
                column for column in self._writable() if column.number not in self._key
            ]
            if changed:
                yield self._update(changed)
            yield self._draft(
                f"delete_{self._names.one}",
                ("execrows",),
                (f"DELETE FROM {self._names.table}\nWHERE {self._is(self._key)}",),
            )

    def _insert(self) -> Draft:
        columns = self._writable()
        required = [column for column in columns if not column.has_default]
        defaults = [
            self._names.parameters[column.number]
            for column in columns
            if column.has_default
        ]
        optional = f"-- sqlgen: default {', '.join(defaults)}\n" if defaults else ""
        texts = [self._insert_of(columns), self._insert_of(required)]
        return self._draft(
            f"insert_{self._names.one}",
            ("one", "optional", "exec"),
            texts,
            [optional, ""],
        )

    def _insert_of(self, columns: Sequence[Column]) -> str:
        if not columns:
            return f"INSERT INTO {self._names.table} DEFAULT VALUES\nRETURNING *"
        names = _lines([quoted(column.name) for column in columns])
        places = _lines([f":{self._names.parameters[c.number]}" for c in columns])
        return (
            f"INSERT INTO {self._names.table} ({names})\nVALUES ({places})\nRETURNING *"
        )

    def _update(self, columns: Sequence[Column]) -> Draft:
        parameters = [self._names.parameters[column.number] for column in columns]
        assignments = ",\n".join(
            [
                f"    {quoted(column.name)} = :{parameter}"
                for column, parameter in zip(columns, parameters, strict=True)
            ]
        )
        text = (
            f"UPDATE {self._names.table}\nSET\n{assignments}\nWHERE {self._is(self._key)}"
            "\nRETURNING *"
        )
        listed = ", ".join(parameters)
        optional = f"-- sqlgen: optional {listed}\n"
        required = f"{optional}-- sqlgen: require one of {listed}\n"
        return self._draft(
            f"update_{self._names.one}",
            ("optional", "one", "exec"),
            [text, text, text],
            [optional, required, ""],
        )

    def _writable(self) -> list[Column]:
        """Return the columns that statements may give values of their own."""
        return [
            column
            for _, column in sorted(self._columns.items())
            if not column.generated and not column.identity
        ]

    def _draft(
        self,
        name: str,
        commands: Sequence[str],
        texts: Sequence[str],
        directives: Sequence[str] = ("",),
    ) -> Draft:
        """Return the query with each of the *texts*, each below its *directives*, with each of the commands."""
        return Draft(
            name,
            tuple(
                [
                    _query(name, command, self._names.row, directive, text)
                    for directive, text in zip(directives, texts, strict=True)
                    for command in commands
                ]
            ),
        )

    def _is(self, key: Sequence[int]) -> str:
        """Return the condition that a row has a key."""
        return " AND ".join(
            [
                f"{quoted(self._columns[number].name)} = :{self._names.parameters[number]}"
                for number in key
            ]
        )

    def _order(self) -> str:
        return f"\nORDER BY {self._list(self._key)}" if self._key else ""

    def _list(self, numbers: Sequence[int]) -> str:
        return ", ".join([quoted(self._columns[number].name) for number in numbers])

    def _words(self, numbers: Sequence[int]) -> str:
        """Return the columns as a part of a query's name: `patient_id_and_at`."""
        return "_and_".join([self._names.parameters[n].strip("_") for n in numbers])


def _query(name: str, command: str, row: str, directives: str, statement: str) -> str:
    if command in ("exec", "execrows"):
        statement, row = statement.removesuffix("\nRETURNING *"), ""
    head = f"-- name: {name} :{command}{f' -> {row}' if row else ''}"
    return f"{head}\n{directives}{statement};\n"


def _lines(items: Sequence[str]) -> str:
    """Return a list on one line, or with an item on each."""
    line = ", ".join(items)
    if len(line) <= _WIDTH:
        return line
    return "\n    " + ",\n    ".join(items) + "\n"


_WIDTH: Final = 70
