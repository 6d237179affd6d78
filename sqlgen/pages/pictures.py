"""Tables -> boxes and links of a picture: what each box says, and where its foreign keys begin. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..model.documentation import DocumentedTable, RelationName
from ..model.frozen import frozen
from .diagrams import Box, Link, Picture, PlacedBox, Route, laid_out
from .names import Names

MOST_TABLES: Final = 60
"""Tables that one picture shows."""
MOST_NEIGHBOURS: Final = 40
"""Tables in the picture of a neighbourhood, beside the one that it is about."""

_TITLE: Final = 30
_ROW: Final = 20
_PADDING: Final = 14
_CHARACTER: Final = 7.3
"""The width of a character of 12 pixels in a font of fixed width, and a little more."""
_LONGEST: Final = 32
"""Characters of a name that a box shows."""


@frozen
class BoxRow:
    """A column in a box; `text` is its name, cut off if it is long, and `keys` says `PK`, `FK` or both."""

    column: str
    text: str
    keys: str
    y: int


@frozen
class TableBox:
    """A table in a picture; `shown` is its name, cut off if it is long."""

    table: DocumentedTable
    place: PlacedBox
    shown: str
    label: str
    rows: tuple[BoxRow, ...]
    is_focus: bool


@frozen
class TablePicture:
    """A picture of tables; `left_out` is the number of tables that are not in it."""

    picture: Picture
    boxes: tuple[TableBox, ...]
    left_out: int = 0

    def ends(self, route: Route) -> str:
        """Return the numbers of the boxes at both ends of a foreign key, for the page's script."""
        number = {str(n): box.place.name for n, box in enumerate(self.boxes)}
        names = (route.link.source, route.link.target)
        return " ".join([n for n, name in number.items() if name in names])


def table_picture(
    tables: Sequence[DocumentedTable],
    names: Names,
    focus: RelationName | None = None,
) -> TablePicture:
    """Return the picture of *tables* and all foreign keys between them; *focus* is the one it is about."""
    shown = {table.key for table in tables}
    rows = {table.key: _rows(table) for table in tables}
    boxes = [
        Box(
            _name(table.key),
            _width(names.label(table.key), rows[table.key]),
            _TITLE + _ROW * len(rows[table.key]) + (8 if rows[table.key] else 0),
        )
        for table in tables
    ]
    links = [
        Link(
            _name(table.key),
            _name(reference.target),
            _port(rows[table.key], reference.columns),
            _port(rows[reference.target], reference.target_columns),
            f"{reference.name}: {reference.definition}",
        )
        for table in tables
        for reference in table.references
        if reference.target in shown
    ]
    picture = laid_out(boxes, links)
    return TablePicture(
        picture,
        tuple(
            [
                TableBox(
                    table,
                    place,
                    _cut(names.label(table.key)),
                    names.label(table.key),
                    rows[table.key],
                    table.key == focus,
                )
                for table, place in zip(tables, picture.boxes, strict=True)
            ]
        ),
    )


def neighbourhood(table: DocumentedTable, names: Names) -> TablePicture | None:
    """Return the picture of a table with those that it refers to or that refer to it; None if there are none."""
    targets = [reference.target for reference in table.references]
    sources = [source.key for source, _ in names.referring.get(table.key, ())]
    near = [
        names.tables[name]
        for name in dict.fromkeys([*targets, *sources])
        if name != table.key and name in names.tables
    ]
    near = [one for one in near if not names.is_partition(one)]
    if not near and table.key not in targets:
        return None
    drawn = near[:MOST_NEIGHBOURS]
    picture = table_picture([table, *drawn], names, table.key)
    return replace(picture, left_out=len(near) - len(drawn))


def drawn_tables(
    tables: Iterable[DocumentedTable], names: Names
) -> list[DocumentedTable]:
    """Return the tables that pictures show: no views, and no partitions."""
    return [
        table
        for table in tables
        if not table.definition and not names.is_partition(table)
    ]


def _name(key: RelationName) -> str:
    return "\0".join(key)


def _rows(table: DocumentedTable) -> tuple[BoxRow, ...]:
    """Return the columns of the primary key, then those of foreign keys."""
    primary = {
        column
        for constraint in table.constraints
        if constraint.kind == "primary key"
        for column in constraint.columns
    }
    foreign = {column for one in table.references for column in one.columns}
    columns = [c.name for c in table.columns if c.name in primary]
    columns += [
        c.name for c in table.columns if c.name in foreign and c.name not in primary
    ]
    return tuple(
        [
            BoxRow(
                name,
                _cut(name),
                " ".join(
                    [
                        label
                        for label, members in (("PK", primary), ("FK", foreign))
                        if name in members
                    ]
                ),
                _TITLE + _ROW * place + _ROW // 2 + 3,
            )
            for place, name in enumerate(columns)
        ]
    )


def _port(rows: Sequence[BoxRow], columns: Sequence[str]) -> int:
    """Return where a foreign key touches a box: at its first column, else at the title."""
    first = columns[0] if columns else ""
    return next((row.y for row in rows if row.column == first), _TITLE // 2)


def _cut(text: str) -> str:
    text = "".join([c if c.isprintable() else "\ufffd" for c in text])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _width(label: str, rows: Sequence[BoxRow]) -> int:
    title = _characters(_cut(label)) * 1.06  # it is bold
    longest = max([_characters(row.text) + 6 for row in rows], default=0)
    return max(120, int(max(title, longest) * _CHARACTER) + 2 * _PADDING)


def _characters(text: str) -> int:
    return sum([2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text])
