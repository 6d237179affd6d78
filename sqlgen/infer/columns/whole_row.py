"""A whole row of a statement -> the columns to write in its place."""

from collections.abc import Collection, Mapping

from ...model.catalog import Catalog, CompositeType, PgType
from ...model.frozen import frozen
from ...model.identifiers import quoted
from ...model.typed import Star
from ..tree.column_types import column_type
from ..tree.nodes import Node
from ..tree.query_level import Source
from ..tree.types import type_of
from .named_fields import json_fields, named_fields


@frozen
class WholeRow:
    """A whole row of a *source* at `[start:end]` of the text, where it is *written* as an alias.

    `columns` are its columns' numbers and names, and `head` and `tail` stand before and after them.
    `keys` are the names in the row's type, where they may be others.
    """

    source: Source
    catalog: Catalog
    start: int
    end: int
    written: str
    columns: tuple[tuple[int, str], ...]
    head: str
    tail: str
    as_json: bool
    keys: Mapping[int, str]

    def star(self, texts: Collection[tuple[int, int]]) -> Star:
        """Return the columns to write; *texts* are columns of queries that are texts of rows by then."""
        pieces = []
        for number, name in self.columns:
            piece = f"{self.written}.{quoted(name)}"
            type_ = column_type(self.source, number, self.catalog)
            is_text = (id(self.source.query), number) in texts
            if self.as_json:
                piece = self._json_piece(piece, type_, name, number)
            elif type_ and not is_text:
                piece = named_fields(piece, type_) or piece
            pieces.append(piece)
        pieces[0] = self.head + pieces[0]
        pieces[-1] += self.tail
        return Star(self.start, self.end, tuple(pieces))

    def _json_piece(
        self, piece: str, type_: PgType | None, name: str, number: int
    ) -> str:
        """Return the column *piece* under the key that it has in JSON of the row.

        That is the name in the row's type, which an alias `AS t (a, b)` does not change
        (ExecEvalWholeRowVar, execExprInterp.c).
        """
        key = self.keys.get(number, name)
        if type_ and (fields := json_fields(piece, type_)):
            return f"{fields} AS {quoted(key)}"
        return piece if key == name else f"{piece} AS {quoted(key)}"


def names_in_type(var: Node, source: Source, catalog: Catalog) -> dict[int, str]:
    """Return the names that a whole row's type has, by column number; a record has none."""
    if source.relation:
        columns = source.relation.relation.columns
        return {number: column.name for number, column in columns.items()}
    type_ = catalog.types.get(type_of(var))
    fields = type_.fields if isinstance(type_, CompositeType) else ()
    return {number: field.name for number, field in enumerate(fields, 1)}
