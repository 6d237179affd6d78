"""A query's tokens -> the tables that it names and the routines that it calls, and where. Pure.

What PostgreSQL says a query reads are columns. A query such as `SELECT count(*) FROM t` reads none.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Final

from ..model.documentation import DocumentedQuery, RelationName, SqlToken
from ..model.frozen import frozen
from ..model.identifiers import unquoted

TRIVIA: Final = frozenset({"space", "line_comment", "block_comment"})
_BEFORE_TABLES: Final = frozenset({"from", "join", "into", "update", "only", "using"})
_NAMES: Final = frozenset({"word", "quoted"})

NamedTable = tuple[int, int, RelationName]
"""The characters `[start:end]` of the statement, and the table or routine that they name."""


@frozen
class QueryWords:
    """The tokens of a query that mean something, their texts, and these as names: in lower case, or without quotes."""

    tokens: tuple[SqlToken, ...]
    texts: tuple[str, ...]
    names: tuple[str, ...]


def named_tables(
    query: QueryWords, tables: Container[RelationName], search_path: Sequence[str]
) -> Iterator[NamedTable]:
    """Yield the places at which a query names one of the *tables*, after a word that tables come after.

    The names of its CTEs are none of them.
    """
    tokens, folded = query.tokens, query.names
    lower = [text.lower() for text in query.texts]
    own = _common_tables(lower, folded)
    for place in range(1, len(tokens)):
        if lower[place - 1] not in _BEFORE_TABLES or tokens[place].kind not in _NAMES:
            continue
        last = place
        if lower[place + 1 : place + 2] == ["."] and place + 2 < len(tokens):
            last = place + 2
            candidates = [(folded[place], folded[last])]
        elif folded[place] in own:
            continue
        else:
            candidates = [(schema, folded[place]) for schema in search_path]
        name = next((name for name in candidates if name in tables), None)
        if name is not None:
            yield tokens[place].start, tokens[last].end, name


def called_routines(
    query: QueryWords,
    routines: Container[RelationName],
    search_path: Sequence[str],
) -> Iterator[NamedTable]:
    """Yield the places at which a query calls one of the *routines*: their names before a parenthesis.

    Which one of several of a name is called is not told.
    """
    tokens, words, folded = query.tokens, query.texts, query.names
    for place in range(len(tokens) - 1):
        if tokens[place].kind not in _NAMES or words[place + 1] != "(":
            continue
        first = place
        if place > 1 and words[place - 1] == ".":
            first = place - 2
            candidates = [(folded[first], folded[place])]
        else:
            candidates = [(schema, folded[place]) for schema in search_path]
        name = next((name for name in candidates if name in routines), None)
        if name is not None:
            yield tokens[first].start, tokens[place].end, name


def query_words(query: DocumentedQuery) -> QueryWords:
    """Return the words of a query's statement."""
    tokens = [token for token in query.tokens if token.kind not in TRIVIA]
    words = [query.sql[token.start : token.end] for token in tokens]
    folded = [
        (
            (unquoted(word) if word.startswith('"') else word.lower())
            if token.kind in _NAMES
            else word
        )
        for token, word in zip(tokens, words, strict=True)
    ]
    return QueryWords(tuple(tokens), tuple(words), tuple(folded))


def _common_tables(lower: Sequence[str], folded: Sequence[str]) -> frozenset[str]:
    """Return the names of WITH: those before AS and a parenthesis, with columns between them or without."""
    names: set[str] = set()
    for place, word in enumerate(lower):
        if word != "as" or place == 0:
            continue
        after = place + 1
        while lower[after : after + 1] in (["not"], ["materialized"]):
            after += 1
        if lower[after : after + 1] != ["("]:
            continue
        before = place - 1
        if lower[before] == ")":
            while before > 0 and lower[before] != "(":
                before -= 1
            before -= 1
        if before > 0:
            names.add(folded[before])
    return frozenset(names)
