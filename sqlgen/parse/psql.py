r"""text -> what psql would do with it beside running SQL: its commands, and the rows of COPY.

pg_dump writes for psql. Its files have commands (`\restrict`, `\connect`) and the rows of tables below
`COPY … FROM stdin`, up to a line `\.` (manual, psql: "Meta-Commands", `\copy`).
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from ..model.diagnostic import Diagnostic, Label
from ..model.source import SourceFile, Span
from .lexer import TRIVIA, Kind, tokens

BACKSLASH = "\\"

_END_OF_ROWS = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_END_OF_LINE = re.compile(r"[^\n]*+\n?")
_REST = re.compile(r"[ \t]*+;?[ \t]*+(?:--[^\n]*+)?\r?\n")
_COPY = re.compile(r"copy\b", re.IGNORECASE)
_COMMAND = re.compile(r"\\(\S*)[ \t]*([^\n\r]*)")
_HEAD = re.compile(
    r"(?:\s*+--[ \t]*+\n)?\s*+-- PostgreSQL database dump\b"
    r"|(?:\s++|--[^\n]*+\n|\\restrict[^\n]*+\n)*SET statement_timeout = 0;\s+SET lock_timeout = 0;"
)

_HARMLESS: Final = frozenset("""
    restrict unrestrict connect c echo qecho warn pset timing encoding q quit
    """.split())  # noqa: SIM905 (a list is no easier to read)
"""Commands that change nothing about the SQL that runs below them, in a file of one database."""
_HARMLESS_VARIABLE = re.compile(
    r"(?:ON_ERROR_STOP|QUIET|ECHO|ECHO_HIDDEN|VERBOSITY|SHOW_CONTEXT)\b"
)


def is_psql_script(text: str) -> bool:
    r"""Return whether a line of *text* begins with a backslash, as psql's commands and `\.` do."""
    return "\n\\" in text or text.startswith(BACKSLASH)


def is_dump(text: str) -> bool:
    """Return whether *text* begins as a dump of pg_dump: with its comment, or with its settings."""
    return _HEAD.match(text) is not None


def end_of_command(text: str, start: int) -> int:
    """Return where the line of the psql command at *start* ends."""
    match = _END_OF_LINE.match(text, start)
    return match.end() if match else len(text)


def copied_rows(text: str, start: int, end: int) -> tuple[int, int] | None:
    r"""Return where the rows of the statement `COPY … FROM stdin` at *start* are.

    *end* is its end without the rows, or with them. They are the lines below the statement, without
    the line `\.` that ends them. `None` means that it is another statement, or has no rows.
    """
    if not _COPY.match(text, start):
        return None
    words: list[str] = []
    depth = 0
    position = start
    for kind, first, last in tokens(text, start):
        if first >= end or kind is Kind.SEMICOLON:
            break
        position = last if kind not in TRIVIA else position
        depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
        if kind is Kind.WORD and not depth:
            words.append(text[first:last].lower())
            if words[-2:] == ["from", "stdin"]:
                end = len(text)  # options may follow; the semicolon ends them
    if ("from", "stdin") not in pairwise(words):
        return None
    rest = _REST.match(text, position)
    last_line = _END_OF_ROWS.search(text, rest.end()) if rest else None
    return (rest.end(), last_line.start()) if rest and last_line else None


def end_of_rows(rows: tuple[int, int]) -> int:
    r"""Return where the line `\.` below the *rows* ends."""
    return rows[1] + len("\\.")


def command_problems(
    source: SourceFile, commands: Iterator[tuple[int, int]]
) -> Iterator[Diagnostic]:
    """Return an error for each of the *commands* of a file without which other SQL would run."""
    databases: set[str] = set()
    for start, end in commands:
        match = _COMMAND.match(source.text, start, end)
        assert match is not None, "a command begins with a backslash"
        name, argument = match[1].rstrip(";"), match[2].strip()
        if name in ("connect", "c"):
            databases.add(argument)
        is_harmless = name in _HARMLESS or (
            name in ("set", "unset") and _HARMLESS_VARIABLE.match(argument)
        )
        if is_harmless and len(databases) < 2:
            continue
        yield Diagnostic(
            code="psql-command",
            message=(
                "the file connects to a second database"
                if is_harmless
                else f"`\\{name}` is a command of psql, and would change what runs"
            ),
            label=Label(Span(source, start, start + len(match[0].rstrip()))),
            hint=(
                "write a file for each database, as `pg_dump` does"
                if is_harmless
                else "write what it does as SQL, or remove it"
            ),
        )
