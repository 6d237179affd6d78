"""A statement -> the places of `*` and `t.*`, and the columns that they stand for."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from ...model.identifiers import quoted
from ...model.typed import Star
from ..tree.enums import CmdType, RTEKind, SubLinkType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, Source
from .line_ends import names_with_line_ends
from .spans import characters, start_of
from .sql_tokens import SqlTokens

_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_BLANK = r"(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*"
_STAR = re.compile(rf"(?P<prefix>(?:{_NAME}{_BLANK}\.{_BLANK})*)\*")

_FIELDS: Final = re.compile(r"\)\s*(?:\.|--|/\*)")
"""A parenthesis that a point follows, perhaps after a comment, as in every `(…).*`."""


def stars(statement: QueryLevel, text: str) -> dict[int, Star]:
    """Return the stars of all SELECT and RETURNING lists, at any depth, by their places in *text*.

    Every column that PostgreSQL expands a star to has the star's own location. A star under EXISTS is
    left out, as its columns are never read; so is one whose columns cannot be named without doubt.
    """
    if "*" not in text:
        return {}
    unread = {
        id(node.node("subselect"))
        for level in statement.all
        for node in level.query.own
        if node.tag == "SUBLINK" and node.number("subLinkType") == SubLinkType.EXISTS
    }
    by_place: dict[int, Star] = {}
    levels = statement.all
    broken = [quoted(name) for name in names_with_line_ends(statement, text)]
    for level in levels:
        if id(level.query) not in unread:
            for star in _stars_of(level, text):
                if not any(
                    name in column for name in broken for column in star.columns
                ):
                    by_place.setdefault(star.start, star)
    return by_place


def _stars_of(level: QueryLevel, text: str) -> Iterator[Star]:
    # The list above a set operation repeats the locations of its first arm.
    if level.query.node("setOperations"):
        return
    placed = [
        (_location(expression, level), expression, entry.string("resname"))
        for entry, expression in zip(
            level.output, level.output_expressions, strict=True
        )
        if expression
    ]
    if any(node.tag == "VAR" and place < 0 for place, node, _ in placed):
        return
    for location, group in groupby(placed, key=lambda item: item[0]):
        place = characters(text, location)
        star = _STAR.match(text, place) if location >= 0 else None
        columns = [(node, output_name) for _, node, output_name in group]
        if star is None and location >= 0 and ("." in text):
            if composite := _composite_star(columns, level, text, place):
                yield composite
            continue
        if star is None or not _is_whole([node for node, _ in columns], level):
            continue
        visible = _visible(level)
        names = [
            _name(node, output_name, level, star["prefix"], visible)
            for node, output_name in columns
        ]
        if all(names):
            yield Star(star.start(), star.end(), tuple(filter(None, names)))


def _composite_star(
    columns: Sequence[tuple[Node, str]], level: QueryLevel, text: str, place: int
) -> Star | None:
    """Return the star of a value in parentheses, `(f()).*`, whose fields these columns are.

    Each field is written as PostgreSQL expands the star: `(f()).a, (f()).b`.
    """
    nodes = [node for node, _ in columns]
    if nodes[0].tag == "FIELDSELECT":
        numbers = [node.number("fieldnum") for node in nodes]
        if numbers != list(range(1, len(nodes) + 1)):
            return None
    elif nodes[0].tag != "VAR" or not _is_whole(nodes, level):
        return None
    # Reading all tokens takes longer than most of inference.
    if not _FIELDS.search(text) or not (span := SqlTokens(text).composite_star(place)):
        return None
    start, end = span
    value = text[start:end].removesuffix("*")
    return Star(start, end, tuple([value + quoted(name) for _, name in columns]))


def _location(expression: Node, level: QueryLevel) -> int:
    """Return the byte offset of an output column; 18 has it in GROUP BY's expression for some.

    A field has that of the value that it is of.
    """
    if expression.tag == "FIELDSELECT" and (value := expression.node("arg")):
        return start_of(value)
    if expression.tag == "VAR" and expression.location < 0:
        source = _named_source(expression, level)
        if source and source.kind == RTEKind.GROUP and source.expressions:
            return source.expressions[0].location
    return expression.location


def _is_whole(columns: Sequence[Node], level: QueryLevel) -> bool:
    """Return whether these are all columns of a star and no others.

    Under GROUP BY, 18 gives each use of a grouped column the place of the first. Whose columns they
    are is certain then only if they are just the columns of one relation.
    """
    if not level.query.flag("hasGroupRTE"):
        return True
    written = [_written(column, level) for column in columns]
    entry = written[0][0]
    names = entry.node("eref") if entry else None
    whole = [
        (entry, number)
        for number, name in enumerate(names.strings("colnames") if names else (), 1)
        if name
    ]
    return written == whole


def _name(
    node: Node, output_name: str, level: QueryLevel, prefix: str, visible: Sequence[str]
) -> str | None:
    """Return the column as the star's author would write it, None if that is not certain."""
    if node.tag != "VAR" or node.number("varlevelsup"):
        return None
    entry, number = _written(node, level)
    names = entry.node("eref") if entry else None
    columns = names.strings("colnames") if names else ()
    if entry is None or names is None or not 0 < number <= len(columns):
        return None
    column = columns[number - 1]
    if columns.count(column) > 1 or column != output_name:
        return None
    if prefix:
        return prefix + quoted(column)
    if entry.number("rtekind") == RTEKind.JOIN and entry.node("alias") is None:
        return quoted(column)  # a column that USING merged
    if len(visible) <= 1:
        return quoted(column)
    alias = names.string("aliasname")
    if visible.count(alias) > 1:  # tables of one name in two schemas
        return None
    return f"{quoted(alias)}.{quoted(column)}"


def _written(var: Node, level: QueryLevel) -> tuple[Node | None, int]:
    """Return the entry and column that the author wrote (`varnosyn`), behind GROUP BY."""
    source = _named_source(var, level)
    if source is None:
        return None, 0
    if source.kind == RTEKind.GROUP:
        if not source.expressions or source.expressions[0].tag != "VAR":
            return None, 0
        return _written(source.expressions[0], level)
    return source.entry, source.attno


def _named_source(var: Node, level: QueryLevel) -> Source | None:
    """Return the source of the column that the author named, which `varno` may differ from.

    None for a column of a query further out, which this query may group by.
    """
    if var.number("varlevelsup"):
        return None
    return level.source(
        var.number("varnosyn") or var.number("varno"),
        var.number("varattnosyn") or var.number("varattno"),
    )


def _visible(level: QueryLevel) -> list[str]:
    """Return the names of the relations in FROM and the changed one; joins may have none."""
    query = level.query
    indexes = set()
    tree = query.node("jointree")
    for node in tree.own if tree else ():
        if node.tag in ("RANGETBLREF", "JOINEXPR"):
            indexes.add(node.number("rtindex"))
    if query.number("commandType") != CmdType.SELECT:
        indexes.add(query.number("resultRelation"))
    # The relations that an INSERT takes its rows from are not visible in RETURNING.
    if query.number("commandType") == CmdType.INSERT:
        indexes = {query.number("resultRelation")}
    names = []
    for index in sorted(indexes - {0}):
        entry = level.entries[index - 1]
        if entry.number("rtekind") == RTEKind.JOIN and entry.node("alias") is None:
            continue
        if name := entry.node("eref"):
            names.append(name.string("aliasname"))
    return names
