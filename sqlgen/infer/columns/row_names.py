"""A query -> the query whose whole rows keep their names where they are written out."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...model.identifiers import quoted, unquoted
from ...model.typed import Star, TypedQuery
from .sql_tokens import SqlTokens

_LISTS: Final = ("select", "returning")
_NO_LISTS: Final = ("from", "where", "by", "having", "limit", "offset", "set", "values")
_AROUND: Final = re.compile(r" FROM (?:\((?:SELECT \* FROM \()?|s_*)\Z")
"""The end of the last column of a statement that `named_fields` writes around another one."""


def with_row_names(query: TypedQuery) -> TypedQuery:
    """Return the query in which each whole row of the result has its name as an alias.

    PostgreSQL calls the column of `SELECT pets` pets, and that of `SELECT ROW(pets.id, pets.name)` row.
    """
    if not query.stars:
        return query
    tokens = SqlTokens(query.query.sql.text)
    names = [column.name for column in query.columns]
    return replace(
        query,
        stars=tuple([_named(_all_named(s, names), tokens) for s in query.stars]),
    )


def _all_named(star: Star, names: Sequence[str]) -> Star:
    """Return what reads all columns of the statement that it is around, with their names."""
    end = _AROUND.search(star.columns[-1]) if star.columns else None
    if star.start < star.end or end is None or len(star.columns) != len(names):
        return star
    texts = (*star.columns[:-1], star.columns[-1][: end.start()])
    columns = [
        f"{text} AS {quoted(name)}" if name else text
        for text, name in zip(texts, names, strict=True)
    ]
    return replace(star, columns=(*columns[:-1], columns[-1] + end[0]))


def _named(star: Star, tokens: SqlTokens) -> Star:
    if star.start == star.end or not star.columns[0].startswith(("ROW(", "CASE WHEN ")):
        return star
    index, after = tokens.index(star.start), tokens.index(star.end)
    if tokens.is_nested(index) or not tokens.is_without_alias(after):
        return star
    words = [tokens.word(n) for n in range(index) if not tokens.is_nested(n)]
    clause = next((w for w in reversed(words) if w in (*_LISTS, *_NO_LISTS)), "")
    if clause not in _LISTS:
        return star
    name = quoted(unquoted(tokens.word(after - 1)))
    return replace(star, columns=(*star.columns[:-1], f"{star.columns[-1]} AS {name}"))
