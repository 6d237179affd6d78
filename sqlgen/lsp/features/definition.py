"""A subject -> where it is made: the generated function or class, the migration of a table or a column."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ...build.live_state import LiveFile, LiveState
from ...model.catalog import Relation
from ...model.source import SourceFile
from ...parse.lexer import TRIVIA, Kind, tokens
from .results import FilePlace
from .sections import SqlWord
from .subjects import (
    ClassSubject,
    ColumnSubject,
    OutputSubject,
    ParameterSubject,
    QuerySubject,
    Subject,
    TableSubject,
)

Read = Callable[[str], str]
"""Returns the text of a file of the project; it is empty if there is none."""

_MADE: Final = ("table", "view")


def definition(
    state: LiveState, file: LiveFile, subject: Subject, read: Read
) -> tuple[FilePlace, ...]:
    """Return where a subject is made; nowhere if that is not known, or was not generated yet."""
    if isinstance(subject, TableSubject):
        return _made(state, subject.table)
    if isinstance(subject, ColumnSubject):
        return _column_made(state, subject.table, subject.column.name)
    if isinstance(subject, ParameterSubject):
        return parameter_places(file, subject.query, subject.name)[:1]
    if isinstance(subject, OutputSubject):
        return ()
    module = state.modules.get(file.source.path)
    if state.config is None or module is None:
        return ()
    if isinstance(subject, QuerySubject):
        return _line(
            module.path, rf"^(?:async )?def ({re.escape(subject.name)})\(", read
        )
    assert isinstance(subject, ClassSubject)
    pattern = rf"^class ({re.escape(subject.name)})\b"
    models = f"{state.config.output}/models.py"
    return _line(models, pattern, read) or _line(module.path, pattern, read)


def parameter_places(
    file: LiveFile, query: str, parameter: str
) -> tuple[FilePlace, ...]:
    """Return where a parameter stands, marks included, in the order of the text."""
    return tuple(
        FilePlace(file.source.path, span.start, span.end)
        for one in file.parsed.queries
        if one.name == query
        for each in one.parameters
        if each.name == parameter
        for span in each.spans
    )


def _line(path: str, pattern: str, read: Read) -> tuple[FilePlace, ...]:
    match = re.search(pattern, read(path), re.MULTILINE)
    return (FilePlace(path, *match.span(1)),) if match else ()


def _made(state: LiveState, table: Relation) -> tuple[FilePlace, ...]:
    """Return where the table was created last, or got its name."""
    found = [
        place
        for source in state.scripts
        if not _is_down(source)
        for place in _creations(source, table.name)
    ]
    return tuple(found[-1:])


def _column_made(
    state: LiveState, table: Relation, column: str
) -> tuple[FilePlace, ...]:
    """Return where the column was added last; else where its table was made."""
    found: list[FilePlace] = []
    for source in state.scripts:
        if not _is_down(source):
            found += _columns(source, table.name, column)
    return tuple(found[-1:]) or _made(state, table)


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


def _creations(source: SourceFile, name: str) -> Iterator[FilePlace]:
    for words in _statements(source, name):
        if index := _created(words, name):
            yield FilePlace(source.path, words[index].start, words[index].end)
        elif (
            len(words) > 3
            and words[0].is_word("alter")
            and words[-1].name == name
            and words[-2].is_word("to")
        ):
            yield FilePlace(source.path, words[-1].start, words[-1].end)


def _created(words: Sequence[SqlWord], name: str) -> int:
    """Return the index of the name in CREATE TABLE or CREATE VIEW; 0 if the statement is another."""
    if not words or not words[0].is_word("create"):
        return 0
    for index, word in enumerate(words[:12]):
        if word.text == "(" or word.is_word("as", "on"):
            return 0
        if word.name == name and any(w.is_word(*_MADE) for w in words[:index]):
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
