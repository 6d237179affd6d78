"""psycopg.Error -> Diagnostic at its place in the migration's file."""

import re
from collections.abc import Sequence

import psycopg

from ... import parse
from ...model.diagnostic import Diagnostic, Label
from ...model.source import SourceFile, Span

_TOKEN = re.compile(
    r"""[\w$]+(?:\.[\w$]+)*|"(?:[^"]|"")*"|'(?:[^']|'')*'|[-+*/<>=~!@#%^&|`?:]+|\S"""
)
_NO_EXTENSION = re.compile(
    r'extension "(?P<name>[^"]+)" is not available'
    r'|could not open extension control file "[^"]*/(?P<file>[^"/]+)\.control"'
)
_NOT_IN_TRANSACTION = "25001"  # active_sql_transaction
_IN_FAILED_COPY = "57014"  # query_canceled


def diagnose_failure(
    error: psycopg.Error,
    source: SourceFile,
    statements: Sequence[tuple[int, int]],
    done: int,
    offset: int = 0,
    *,
    scratch: bool = False,
) -> Diagnostic:
    """Return PostgreSQL's error with its own code, message and hint.

    Its place is the position that PostgreSQL gives, else the first line of the statement after the
    *done* ones that ran, else the start of the file. A position is 1-based and counts characters of
    the text that was sent, which starts at character *offset* of the file. *scratch* says that the
    database is one of sqlgen's own, for which stand-ins of extensions will do.
    """
    diag = error.diag
    message = diag.message_primary or str(error).strip().replace("\n", "; ")
    if done < len(statements) and parse.is_psql_script(source.text):
        offset = statements[done][0]  # its statements are sent one by one
    if diag.statement_position:
        span = _token_at(source, offset + int(diag.statement_position) - 1)
    elif done < len(statements) and (row := _row(source, statements[done], diag)):
        span = row
    elif done < len(statements):
        span = _first_line(source, *statements[done])
    else:
        span = Span(source, 0, 0)
    hint, detail = diag.message_hint or "", diag.message_detail or ""
    if missing := _NO_EXTENSION.search(message):
        # The detail is a path on this machine, which differs on others.
        hint = _extension_hint(missing["name"] or missing["file"], scratch=scratch)
        detail = ""
    elif diag.sqlstate == _NOT_IN_TRANSACTION and not hint:
        hint = "write `-- no-transaction` as the migration's first line"
    elif diag.sqlstate == _IN_FAILED_COPY and message.startswith("COPY from stdin"):
        hint = "write the rows below it and end them with a line `\\.`, or use `INSERT`"
    return Diagnostic(
        code=diag.sqlstate or error.sqlstate or "connection-lost",
        message=message,
        label=Label(span, detail or _innermost(diag.context)),
        hint=hint,
    )


def _token_at(source: SourceFile, start: int) -> Span:
    token = _TOKEN.match(source.text, start)
    return Span(source, min(start, len(source.text)), token.end() if token else start)


def _first_line(source: SourceFile, start: int, end: int) -> Span:
    line = source.text[start:end].split("\n", 1)[0].rstrip()
    return Span(source, start, start + len(line))


def _row(
    source: SourceFile, statement: tuple[int, int], diag: psycopg.errors.Diagnostic
) -> Span | None:
    """Return the row that a COPY *statement* with rows failed at; `None` for another error."""
    rows = parse.copied_rows(source.text, *statement)
    match = _COPIED_LINE.search(diag.context or "") if rows else None
    if rows is None or match is None:
        return None
    start = rows[0]
    for _ in range(int(match[1]) - 1):
        start = source.text.find("\n", start, rows[1]) + 1 or rows[1]
    end = source.text.find("\n", start, rows[1])
    return Span(source, start, end if end >= 0 else rows[1])


# The context of an error in COPY: `COPY books, line 2, column pages: "many"` (copyfrom.c).
_COPIED_LINE = re.compile(r"^COPY .*, line (\d+)\b", re.MULTILINE)


def _innermost(context: str | None) -> str:
    """Return the innermost line of an error's context: the place inside a function."""
    return (context or "").split("\n", 1)[0]


def _extension_hint(name: str, *, scratch: bool) -> str:
    if not scratch:
        return (
            f"install `{name}` on the database's server; sqlgen's own server takes a stand-in from a"
            " folder that `[tool.sqlgen] extensions` names"
        )
    return (
        f"put a stand-in (`{name}.control` and `{name}--1.0.sql`) into a folder that"
        " `[tool.sqlgen] extensions` names, or set `server` to a server that has the extension"
    )
