"""`ROW(…)` -> its fields as they are written, and what is written in their place."""

from collections.abc import Iterator, Sequence

from ...model.catalog import PgType
from ...model.frozen import frozen
from ...model.identifiers import quoted, unquoted
from ...model.typed import Star
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.types import is_record
from .named_fields import named_fields
from .sql_tokens import SqlTokens

_GROUPING = ("groupClause", "groupingSets", "havingQual")
_AGGREGATING = ("hasAggs", "hasWindowFuncs", "hasTargetSRFs")


@frozen
class WrittenField:
    """A field of `ROW(…)`, or the fields that a star in it stands for, with its first and last token."""

    values: tuple[Node, ...]
    first: int
    last: int


def written_fields(
    row: Node, tokens: SqlTokens, opening: int, closing: int
) -> tuple[WrittenField, ...] | None:
    """Return the fields between the parentheses *opening* and *closing*, None if they are not certain."""
    values = list(row.nodes("args"))
    fields = []
    for first, last in _items(tokens, opening, closing):
        is_star = tokens.word(last) == "*" and tokens.word(last - 1) == "."
        location = values[0].location if values else -1
        own = [values.pop(0)] if values and not is_star else []
        while is_star and values and values[0].location == location >= 0:
            own.append(values.pop(0))
        if not own:
            return None
        fields.append(WrittenField(tuple(own), first, last))
    return None if values else tuple(fields)


def written_star(
    field: WrittenField,
    types: Sequence[PgType | None],
    level: QueryLevel,
    tokens: SqlTokens,
) -> Star | None:
    """Return the columns that a star `t.*` stands for, which have these *types*.

    None if they cannot be named without doubt, or if one is a row of an unknown type.
    """
    if any(type_ is None or is_record(type_) for type_ in types):
        return None
    columns = _star_columns(field, level, tokens)
    if columns is None:
        return None
    pieces = [
        (type_ and named_fields(column, type_)) or column
        for column, type_ in zip(columns, types, strict=True)
    ]
    return Star(tokens.start(field.first), tokens.end(field.last), tuple(pieces))


def _star_columns(
    field: WrittenField, level: QueryLevel, tokens: SqlTokens
) -> tuple[str, ...] | None:
    """Return the columns that a star `t.*` stands for, None if they cannot be named without doubt."""
    if tokens.after_name(field.first) - 1 != field.last:
        return None
    alias = unquoted(tokens.word(field.last - 2))
    prefix = tokens.text[tokens.start(field.first) : tokens.start(field.last)]
    columns = []
    for var in field.values:
        home = level.up(var.number("varlevelsup"))
        source = (
            home.source(
                var.number("varnosyn") or var.number("varno"),
                var.number("varattnosyn") or var.number("varattno"),
            )
            if home and var.tag == "VAR"
            else None
        )
        names = source.entry.node("eref") if source else None
        listed = names.strings("colnames") if names else ()
        if (
            source is None
            or names is None
            or not 0 < source.attno <= len(listed)
            or names.string("aliasname") != alias
            or listed.count(listed[source.attno - 1]) > 1
        ):
            return None
        columns.append(prefix + quoted(listed[source.attno - 1]))
    return tuple(columns)


def composite_by_name(
    field: WrittenField, type_: PgType, level: QueryLevel, tokens: SqlTokens
) -> tuple[Star, ...] | None:
    """Return what makes a composite, or an array of them, of its fields by name.

    None if that would evaluate it more than once, or in another query than its own.
    """
    [value] = field.values
    start, end = tokens.start(field.first), tokens.end(field.last)
    if value.tag == "CONST" and value.flag("constisnull"):
        return ()
    if value.tag == "VAR":
        written = named_fields(tokens.text[start:end], type_)
        return (Star(start, end, (written,)),) if written else None
    if any(level.query.nodes(name) or level.query.node(name) for name in _GROUPING):
        return None
    if any(map(level.query.flag, _AGGREGATING)):
        return None
    fields = named_fields("v.e", type_)
    # Without OFFSET, the planner would evaluate the expression once for each field.
    return (
        Star(start, start, (f"(SELECT {fields} FROM (SELECT ",)),
        Star(end, end, (" AS e OFFSET 0) AS v)",)),
    )


def _items(tokens: SqlTokens, opening: int, closing: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last token of each item between two parentheses."""
    first = opening + 1
    for index in range(first, closing + 1):
        is_end = index == closing or (
            tokens.word(index) == "," and tokens.is_beside(index, opening + 1)
        )
        if is_end:
            if index > first:
                yield first, index - 1
            first = index + 1
