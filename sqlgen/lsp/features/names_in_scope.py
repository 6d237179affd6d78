"""The tokens of a statement -> the tables that its FROM, JOIN, INTO and the like name, and where they may be used.

Reads words, not grammar: while one types, there is no statement that PostgreSQL could read.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ...model.frozen import frozen
from ...parse.lexer import Kind
from .sections import SqlWord

_BEFORE_TABLE: Final = ("from", "join", "into", "update", "using", "table", "only")
_NO_ALIAS: Final = frozenset(
    [
        *("where", "on", "using", "join", "left", "right", "inner", "full", "cross"),
        *("natural", "group", "order", "having", "limit", "offset", "fetch", "for"),
        *("union", "except", "intersect", "set", "values", "select", "returning"),
        *("window", "default", "when", "lateral", "tablesample", "overriding", "as"),
        *("and", "or", "with", "from", "not", "do", "conflict"),
    ]
)


@frozen
class TableReference:
    """A table, view or CTE that a statement names, with the name by which its columns are qualified.

    `group` is the bracket that it is in, as of `SqlWord`.
    """

    schema: str
    table: str
    alias: str
    group: int
    words: tuple[SqlWord, ...]


def table_references(words: Sequence[SqlWord]) -> tuple[TableReference, ...]:
    """Return the tables that a statement names, in its order."""
    found: list[TableReference] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word.is_word(*_BEFORE_TABLE) and not _is_no_clause(words, index):
            index += 1
            index = _references(words, index, found, lists=word.is_word("from"))
            continue
        index += 1
    return tuple(found)


def visible(
    references: Sequence[TableReference], words: Sequence[SqlWord], offset: int
) -> tuple[TableReference, ...]:
    """Return the tables whose columns may be used at a place: of its own level, then of those around it."""
    groups = enclosing_groups(words, offset)
    inner = [one for one in references if one.group in groups]
    return tuple(sorted(inner, key=lambda one: groups.index(one.group)))


def enclosing_groups(words: Sequence[SqlWord], offset: int) -> list[int]:
    """Return the brackets around a place, the innermost first, and -1 for the statement itself."""
    groups: list[int] = []
    for index, word in enumerate(words):
        if word.end > offset:
            break
        if word.kind is Kind.OPEN:
            groups.append(index)
        elif word.kind is Kind.CLOSE and groups:
            groups.pop()
    return [*reversed(groups), -1]


def qualified_name(words: Sequence[SqlWord], index: int) -> tuple[SqlWord, ...]:
    """Return the names of `a.b.c`, of which one is `words[index]`; empty if that is no name."""
    if not words[index].name:
        return ()
    first = last = index
    while first >= 2 and words[first - 1].text == "." and words[first - 2].name:
        first -= 2
    while (
        last + 2 < len(words) and words[last + 1].text == "." and words[last + 2].name
    ):
        last += 2
    return tuple(words[first : last + 1 : 2])


def common_table_expressions(words: Sequence[SqlWord]) -> Iterator[tuple[str, int]]:
    """Yield the names that WITH gives, each with the index of the bracket that its query is in."""
    for index, word in enumerate(words):
        if word.text != "(" or index < 2 or not words[index - 1].is_word("as"):
            materialized = words[index - 1].is_word("materialized") if index else False
            if word.text != "(" or not materialized:
                continue
        name = index - 1
        while name >= 0 and words[name].is_word("as", "not", "materialized"):
            name -= 1
        if name >= 0 and words[name].text == ")":
            while name >= 0 and words[name].text != "(":
                name -= 1
            name -= 1
        if name >= 0 and words[name].name:
            yield words[name].name, index


def _is_no_clause(words: Sequence[SqlWord], index: int) -> bool:
    """Return whether FROM, INTO and so on are part of something else: `extract(year FROM …)`, `FOR UPDATE`."""
    before = words[index - 1] if index else None
    word = words[index]
    if before is None:
        return False
    if word.is_word("update"):
        return before.is_word("for", "key", "do", "on")
    if word.is_word("from"):
        group = word.group
        opener = words[group - 1] if group > 0 else None
        is_argument = opener is not None and opener.is_word(
            "extract", "substring", "trim", "overlay"
        )
        return before.is_word("distinct") or is_argument
    return False


def _references(
    words: Sequence[SqlWord], index: int, found: list[TableReference], *, lists: bool
) -> int:
    """Add the tables from *index* on; return the index after them."""
    while index < len(words):
        while index < len(words) and words[index].is_word("only", "lateral"):
            index += 1
        if index >= len(words):
            break
        if words[index].name and not words[index].is_word(*_NO_ALIAS):
            name = qualified_name(words, index)
            after = index + 2 * len(name) - 1
            alias, after = _alias(words, after)
            is_function = after < len(words) and words[after].text == "(" and not alias
            if not is_function:
                found.append(
                    TableReference(
                        name[-2].name if len(name) > 1 else "",
                        name[-1].name,
                        alias or name[-1].name,
                        words[index].group,
                        name,
                    )
                )
            index = after
        else:
            return index
        if not (lists and index < len(words) and words[index].text == ","):
            return index
        index += 1
    return index


def _alias(words: Sequence[SqlWord], index: int) -> tuple[str, int]:
    """Return the alias at *index*, empty if there is none, and the index after it."""
    if index < len(words) and words[index].is_word("as"):
        index += 1
        if index < len(words) and words[index].name:
            return words[index].name, index + 1
        return "", index
    if (
        index < len(words)
        and words[index].name
        and not words[index].is_word(*_NO_ALIAS)
    ):
        return words[index].name, index + 1
    return "", index
