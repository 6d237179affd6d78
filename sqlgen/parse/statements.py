"""text -> the statements of a script, split at the semicolons between them."""

import re
from collections.abc import Iterator

from ..model.diagnostic import SqlgenError
from ..model.source import SourceFile
from .lexer import COMMENTS, TRIVIA, WHITE_SPACE, Kind, delimiters, tokens
from .psql import (
    BACKSLASH,
    command_problems,
    copied_rows,
    end_of_command,
    end_of_rows,
    is_psql_script,
)

TRANSACTION_CONTROL = re.compile(
    r"(?:begin|start\s+transaction|commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b",
    re.IGNORECASE,
)
"""The start of a statement that begins or ends a transaction; not of one about savepoints."""


def statements(text: str, *, psql: bool = True) -> tuple[tuple[int, int], ...]:
    r"""Return the start and end of each statement of *text*, without semicolons and outer comments.

    A semicolon ends a statement unless it is in parentheses (`CREATE RULE … DO (…; …)`) or in the
    body of an SQL function (`BEGIN ATOMIC … END`, where `CASE` has an `END` of its own), as in psql
    (src/fe_utils/psqlscan.l). The rows below `COPY … FROM stdin` are a part of it, up to the line
    `\.`. Commands of psql are left out, unless the text is not for *psql*, as a query is not.
    """
    psql = psql and is_psql_script(text)
    pieces = tuple(_pieces(text, psql=psql))
    if not psql:
        return pieces
    return tuple([(s, e) for s, e in pieces if not text.startswith(BACKSLASH, s)])


def refuse_psql_commands(source: SourceFile) -> None:
    """Raise `SqlgenError` for the commands of psql in a file without which other SQL would run."""
    text = source.text
    if is_psql_script(text):
        problems = command_problems(source, _commands(text))
        if errors := tuple(problems):
            raise SqlgenError(*errors)


def _commands(text: str) -> Iterator[tuple[int, int]]:
    r"""Return the commands of psql in *text*, also those that end a statement (`\gexec`)."""
    for start, end in _pieces(text, psql=True):
        if text.startswith(BACKSLASH, start):
            yield start, end
        elif not copied_rows(text, start, end) and BACKSLASH in text[start:end]:
            for kind, first, _ in tokens(text, start):
                if first >= end:
                    break
                if kind is Kind.OTHER and text.startswith(BACKSLASH, first):
                    yield first, end_of_command(text, first)
                    break


def _pieces(text: str, *, psql: bool) -> Iterator[tuple[int, int]]:
    """Return the statements of *text*, and the lines of *psql*'s commands between them, in order."""
    position = 0
    while (start := _start(text, position)) >= 0:
        if psql and text.startswith(BACKSLASH, start):
            position = end_of_command(text, start)
            yield start, position
            continue
        is_creation = text[start : start + 6].lower() == "create"
        read = _end_of_creation if is_creation else _end
        end, position = read(text, start)
        if psql and (rows := copied_rows(text, start, end)):
            end = position = end_of_rows(rows)
        yield start, end


def _start(text: str, position: int) -> int:
    """Return where the next statement after *position* starts; -1 if there is none."""
    for kind, start, _ in tokens(text, position):
        if kind not in TRIVIA and kind is not Kind.SEMICOLON:
            return start
    return -1


def _end(text: str, start: int) -> tuple[int, int]:
    """Return the end of the statement at *start*, and the place after its semicolon.

    Looks only at what delimits statements: files with rows for `INSERT` may be large.
    """
    brackets = 0
    end = previous = start
    for kind, first, last in delimiters(text, start):
        if between := text[previous:first].rstrip(WHITE_SPACE):
            end = previous + len(between)
        if kind is Kind.SEMICOLON and not brackets:
            return end, last
        if kind is Kind.OPEN:
            brackets += 1
        elif kind is Kind.CLOSE:
            brackets = max(brackets - 1, 0)
        if kind not in COMMENTS and kind is not Kind.END:
            end = last
        previous = last
    return end, len(text)


def _end_of_creation(text: str, start: int) -> tuple[int, int]:
    """Return the end of the CREATE statement at *start*, and the place after its semicolon.

    Looks at each word: a function has semicolons between BEGIN ATOMIC and END.
    """
    words: list[str] = []
    end = start
    brackets = blocks = 0
    for kind, first, last in tokens(text, start):
        if kind in TRIVIA:
            continue
        if kind is Kind.SEMICOLON and not brackets and not blocks:
            return end, last
        end = last
        if kind is Kind.OPEN:
            brackets += 1
        elif kind is Kind.CLOSE:
            brackets = max(brackets - 1, 0)
        elif kind is Kind.WORD and not brackets:
            word = text[first:last].lower()
            words.append(word)
            if (word == "case" and blocks) or (
                word == "atomic" and words[-2:-1] == ["begin"] and _is_routine(words)
            ):
                blocks += 1
            elif word == "end" and blocks:
                blocks -= 1
    return end, len(text)


def returns_rows(text: str) -> bool:
    """Return whether the statement *text* seems to return rows; only the server knows for sure.

    It does if it has a RETURNING outside parentheses, or if its command returns rows. The command of
    a WITH is the first one outside parentheses. SELECT INTO creates a table and returns no rows.
    """
    depth = 0
    first = ""
    outer: list[str] = []
    for token in tokens(text):
        if token.kind is Kind.OPEN:
            depth += 1
        elif token.kind is Kind.CLOSE:
            depth -= 1
        elif token.kind is Kind.WORD:
            word = text[token.start : token.end].lower()
            first = first or word
            if depth == 0:
                outer.append(word)
    if "returning" in outer:
        return True
    verb = first
    if first == "with":
        verb = next((word for word in outer if word in _VERBS), "")
    return verb in _GIVE_ROWS and not (verb == "select" and "into" in outer)


_GIVE_ROWS = frozenset({"select", "values", "table", "show", "explain", "fetch"})
_VERBS = _GIVE_ROWS | {"insert", "update", "delete", "merge"}


def _is_routine(words: list[str]) -> bool:
    head = words[1:4] if words[0] == "create" else []
    return bool(head) and (
        head[0] in _ROUTINES or (head[:2] == ["or", "replace"] and head[2] in _ROUTINES)
    )


_ROUTINES = frozenset({"function", "procedure"})
