"""SourceFile -> ImportedQuery: a query file of sqlc."""

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from pathlib import PurePosixPath
from typing import Final

from ...model.commands import Command
from ...model.diagnostic import Diagnostic
from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from ..imported import ImportedQuery
from ..names import query_name
from ..remarks import imported_differently, not_imported
from ..sections import FileSection, file_sections
from ..whole_rows import row_class
from .macros import translated
from .verdicts import Verdicts

_HEADER: Final = re.compile(
    r"(?:--|/\*)[ \t]*name:[ \t]*(?P<name>[^\s:]+)[ \t]+:(?P<command>\w+)(?P<rest>[^*\r\n]*?)[ \t]*(?:\*/)?\Z"
)
COMMANDS: Final = {
    "one": Command.ONE,
    "many": Command.MANY,
    "exec": Command.EXEC,
    "execrows": Command.EXECROWS,
    "execresult": Command.EXECROWS,
    "copyfrom": Command.COPY,
    "batchexec": Command.BATCH,
    "batchmany": Command.BATCH,
    "batchone": Command.BATCH,
}
"""The commands of sqlc that have one of sqlgen; `:execlastid` is MySQL's alone."""
_FOR_SQLC: Final = re.compile(r"\s*@sqlc-vet-disable\b|\s*sqlc-ignore\b")
_INSERTS: Final = re.compile(
    r"insert\b(?!.*\bdo\s+nothing\b)", re.IGNORECASE | re.DOTALL
)


_NO_VERDICTS: Final[Verdicts] = {}


@frozen
class SchemaNames:
    """The tables of a schema with their columns, and the names of classes that its types have."""

    tables: Collection[str] = ()
    classes: Collection[str] = ()
    columns: Mapping[str, list[str]] = field(default_factory=dict)


def imported_queries(
    source: SourceFile,
    schema: SchemaNames,
    *,
    is_python: bool,
    verdicts: Verdicts = _NO_VERDICTS,
) -> tuple[list[ImportedQuery], list[Diagnostic], int]:
    """Return the file's queries, the remarks about it, and how many queries are left out.

    With *is_python*, `:one` returns None if there is no row, as in the code of sqlc-gen-python.
    """
    queries: list[ImportedQuery] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for section in file_sections(source, _HEADER.match):
        query, found = _query(section, schema, is_python)
        problems += found
        if query is None:
            left_out += 1
        else:
            key = (PurePosixPath(source.path).name, section.match["name"])
            queries.append(replace(query, verdicts=verdicts.get(key, ())))
    if not queries and not left_out:
        hint = "give each statement a header, `-- name: NAME :COMMAND`, or leave it"
        message = f"`{source.path}` has no query with a header of sqlc"
        problems.append(not_imported(message, Span(source, 0, 0), hint))
    return queries, problems, left_out


def _query(
    section: FileSection, schema: SchemaNames, is_python: bool
) -> tuple[ImportedQuery | None, tuple[Diagnostic, ...]]:
    name, word = section.match["name"], section.match["command"]
    command = COMMANDS.get(word)
    if command is None:
        message = f"`:{word}` of `{name}` has no command in sqlgen"
        hint = "choose a command, `sqlgen help queries commands`"
        if word == "execlastid":
            hint = "return the key with `RETURNING`, and make it `:one`"
        return None, (not_imported(message, section.header, hint),)
    sql, problems = translated(section, schema.classes)
    if problems:
        return None, problems
    if word == "execresult":
        message = f"`{name}` was `:execresult`; it returns the number of rows alone"
        hint = "nothing to do, if that is what its callers use"
        problems = (imported_differently(message, section.header, hint),)
    if command is Command.ONE and is_python and not _INSERTS.match(sql):
        command = Command.OPTIONAL
    has_row = command.spec.takes_row_class
    return (
        ImportedQuery(
            name=query_name(name),
            command=command,
            sql=sql,
            place=section.header,
            row=row_class(sql, schema.tables, schema.classes) if has_row else "",
            doc=tuple([line for line in section.doc if not _FOR_SQLC.match(line)]),
        ),
        problems,
    )
