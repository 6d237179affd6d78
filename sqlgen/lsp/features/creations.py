"""Migrations and the name of a table, type, function, column or constraint -> where it was made.

Reads words, not grammar: of several things with one name, the one that was made last is meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ...model.source import SourceFile
from ...parse.lexer import TRIVIA, Kind, tokens
from .results import FilePlace
from .sections import SqlWord

TABLES: Final = ("table", "view")
TYPES: Final = (*TABLES, "type", "domain")
ROUTINES: Final = ("function", "procedure")

_CONSTRAINT: Final = re.compile(r"(?P<column>.+)_(?:key|fkey|check|excl|not_null)\d*\Z")
"""The names that PostgreSQL gives to the constraints of one column, behind the name of the table."""


def creation(
    scripts: Iterable[SourceFile], name: str, kinds: Sequence[str] = TABLES
) -> tuple[FilePlace, ...]:
    """Return where something of these *kinds* was created last, or got its name; empty if nowhere."""
    places = [
        place
        for source in scripts
        if not _is_down(source)
        for place in _creations(source, name, kinds)
    ]
    return tuple(places[-1:])


def column_creation(
    scripts: Sequence[SourceFile], table: str, column: str
) -> tuple[FilePlace, ...]:
    """Return where a column was added last; else where its table was made."""
    found = added_column(scripts, table, column)
    return found or creation(scripts, table)


def constraint_creation(
    scripts: Sequence[SourceFile], relation: str, name: str
) -> tuple[FilePlace, ...]:
    """Return where a constraint or a unique index was named last; else its column, or what it is of.

    The constraint NOT NULL has the *name* of its column.
    """
    named = [
        FilePlace(source.path, word.start, word.end)
        for source in scripts
        if not _is_down(source)
        for words in _statements(source, name)
        if any(word.name == relation for word in words)
        for index, word in enumerate(words)
        if word.name == name
        and words[index - 1].is_word("constraint", "index", "exists", "to")
    ]
    if named:
        return tuple(named[-1:])
    automatic = _CONSTRAINT.match(name.removeprefix(f"{relation}_"))
    column = automatic["column"] if automatic else name
    return added_column(scripts, relation, column) or creation(scripts, relation, TYPES)


def added_column(
    scripts: Sequence[SourceFile], table: str, column: str
) -> tuple[FilePlace, ...]:
    """Return where a column was added to a table last, or got its name; empty if nowhere."""
    found: list[FilePlace] = []
    for source in scripts:
        if not _is_down(source):
            found += _columns(source, table, column)
    return tuple(found[-1:])


def _is_down(source: SourceFile) -> bool:
    return source.path.endswith(".down.sql")


def _statements(source: SourceFile, name: str) -> Iterator[list[SqlWord]]:
    """Yield the words of each statement of a script that has the name of a table."""
    if name not in source.text:
        return
    words: list[SqlWord] = []
    depth = 0
    for kind, start, end in tokens(source.text):
        if kind is Kind.SEMICOLON and not depth:
            yield words
            words = []
        elif kind not in TRIVIA:
            depth -= kind is Kind.CLOSE and depth > 0
            words.append(SqlWord(kind, source.text[start:end], start, end, depth))
            depth += kind is Kind.OPEN
    yield words


def _creations(
    source: SourceFile, name: str, kinds: Sequence[str]
) -> Iterator[FilePlace]:
    for words in _statements(source, name):
        if index := _created(words, name, kinds):
            yield FilePlace(source.path, words[index].start, words[index].end)
        elif (
            len(words) > 3
            and words[0].is_word("alter")
            and words[-1].name == name
            and words[-2].is_word("to")
        ):
            yield FilePlace(source.path, words[-1].start, words[-1].end)


def _created(words: Sequence[SqlWord], name: str, kinds: Sequence[str] = TABLES) -> int:
    """Return the index of the name in CREATE of one of these *kinds*; 0 if the statement is another."""
    if not words or not words[0].is_word("create"):
        return 0
    for index, word in enumerate(words[:12]):
        if word.text == "(" or word.is_word("as", "on"):
            return 0
        if word.name == name and any(w.is_word(*kinds) for w in words[:index]):
            following = words[index + 1].text if index + 1 < len(words) else ""
            if following != ".":
                return index
    return 0


def _columns(source: SourceFile, table: str, column: str) -> Iterator[FilePlace]:
    """Yield where a script gives a table a column: in CREATE TABLE, by ADD COLUMN or by RENAME."""
    for words in _statements(source, table):
        created = _created(words, table)
        altered = words[:2] and words[0].is_word("alter") and words[1].is_word("table")
        if not created and not (altered and any(w.name == table for w in words[:7])):
            continue
        for index, word in enumerate(words):
            if word.name != column or index < 2:
                continue
            before = words[index - 1]
            is_item = word.group == 1 and before.text in ("(", ",")
            is_added = before.is_word("add", "column", "exists", "to") and index > 2
            if (created and is_item) or (altered and word.group == 0 and is_added):
                yield FilePlace(source.path, word.start, word.end)
