"""ForeignProject -> ImportedProject: query files of aiosql (https://nackjicholson.github.io/aiosql/defining-sql-queries.html)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..model.commands import Command
from ..model.diagnostic import Diagnostic
from ..parse.lexer import Kind
from ..parse.statements import returns_rows
from ..read import ForeignProject
from .imported import ImportedFile, ImportedProject, ImportedQuery
from .names import ParameterNames, class_name, query_name
from .query_folder import query_sources
from .remarks import imported_differently, not_imported
from .sections import FileSection, file_sections
from .sql_text import Edit, code_tokens, edited

_HEADER: Final = re.compile(r"--\s*name\s*:\s*(?P<spec>[^\r\n]*?)\s*\Z")
_SPEC: Final = re.compile(
    r"-*(?P<name>\w[\w-]*)\s*(?:\([\w\s,]*\))?\s*(?P<suffix>\^|\$|!|<!|\*!|#|)"
)
_RECORD: Final = re.compile(r"record_class\s*:\s*(?P<name>\w+)")
_NOTHING_IN_CONFLICT: Final = re.compile(r"\bdo\s+nothing\b", re.IGNORECASE)
_AGGREGATE: Final = re.compile(
    r"select\s+(?:count|sum|max|min|avg|bool_and|bool_or|exists)\s*\(", re.IGNORECASE
)


def read_project(files: ForeignProject, path: str) -> ImportedProject:
    """Return the queries of aiosql in the file or folder *path*."""
    imported: list[ImportedFile] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for source, place in query_sources(files, path, ".sql"):
        queries: list[ImportedQuery] = []
        for section in file_sections(source, _HEADER.match):
            query, remarks = _query(section)
            problems += remarks
            if query is None:
                left_out += 1
            else:
                queries.append(query)
        imported.append(ImportedFile(place, tuple(queries)))
    return ImportedProject(
        files=tuple(imported), problems=tuple(problems), left_out=left_out
    )


def _query(section: FileSection) -> tuple[ImportedQuery | None, list[Diagnostic]]:
    header = section.header
    spec = _SPEC.fullmatch(section.match["spec"])
    if spec is None:
        message = f"`{section.match['spec']}` is no name with an operator of aiosql"
        hint = "write `-- name: NAME` with one of `^`, `$`, `!`, `<!`, `*!` or nothing"
        return None, [not_imported(message, header, hint)]
    name, suffix = spec["name"], spec["suffix"]
    if suffix == "#":
        message = f"`{name}#` is a script, which sqlgen does not run as a query"
        return None, [not_imported(message, header, "make a migration of it")]
    sql, remarks = _translated(section)
    if sql is None:
        return None, remarks
    command = _command(suffix, sql)
    if suffix == "$" and _has_several_columns(sql):
        message = f"`{name}$` gave the first value of the row; it returns the row"
        hint = "select one column, if that is all that is needed"
        remarks.append(imported_differently(message, header, hint))
    records = [match for line in section.doc if (match := _RECORD.fullmatch(line))]
    has_row = command.spec.takes_row_class and suffix != "$" and returns_rows(sql)
    row = class_name(records[0]["name"]) if records and has_row else ""
    query = ImportedQuery(
        name=query_name(name),
        command=command,
        sql=sql,
        place=header,
        row=row,
        doc=tuple([line for line in section.doc if not _RECORD.fullmatch(line)]),
    )
    return query, remarks


def _command(suffix: str, sql: str) -> Command:
    if suffix == "*!":
        return Command.BATCH
    if suffix == "!":
        return Command.EXECROWS
    if not returns_rows(sql):
        return Command.EXEC
    if not suffix:
        return Command.MANY
    words = [sql[t.start : t.end].lower() for t in code_tokens(sql)]
    # aiosql gives None if there is no row. There always is one of these.
    is_insert = words[0] == "insert" and not _NOTHING_IN_CONFLICT.search(sql)
    is_value = words[0] == "select" and "from" not in words
    is_aggregate = _AGGREGATE.match(sql) and not {"group", "over"} & set(words)
    return Command.ONE if is_insert or is_value or is_aggregate else Command.OPTIONAL


def _has_several_columns(sql: str) -> bool:
    """Return whether there is a comma between the columns of a SELECT, or a star."""
    depth = 0
    for token in code_tokens(sql)[1:]:
        word = sql[token.start : token.end].lower()
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth == 0 and word in (",", "from", "returning"):
            return word == ","
    return False


def _translated(section: FileSection) -> tuple[str | None, list[Diagnostic]]:
    """Return the statement with our parameters; None if it has such as have no name."""
    text = section.statement
    edits = list(_edits(text))
    nameless = [edit for edit in edits if not edit.text]
    if nameless:
        message = "a parameter without a name has no translation"
        place = replace(
            section.header,
            start=section.start + nameless[0].start,
            end=section.start + nameless[0].end,
        )
        return None, [
            not_imported(message, place, "name it, `:name`, or number it, `$1`")
        ]
    remarks = []
    if any("%%" in text[edit.start : edit.end] for edit in edits):
        message = "`%%` became `%`, as psycopg reads it"
        hint = "nothing to do, unless the driver was asyncpg"
        remarks.append(imported_differently(message, section.header, hint))
    return edited(text, edits), remarks


def _edits(text: str) -> Iterator[Edit]:
    """Yield what is to be replaced: `:user.id`, `%(id)s`, `%%`; `%s` and `?` by nothing."""
    code = code_tokens(text)
    words = [text[token.start : token.end] for token in code] + [""] * 5
    names = ParameterNames()
    for n, token in enumerate(code):
        word = words[n]
        if token.kind is Kind.COLON and code[n + 1 :] and _is_name(text, token.end):
            # `:user.id` is an attribute of an object that the caller gives.
            last = n + 3 if words[n + 2] == "." and code[n + 3 :] else n + 1
            if code[n + 1].kind is Kind.WORD and code[n + 1].start == token.end:
                whole = text[token.end : code[last].end].replace(".", "_")
                yield Edit(token.start, code[last].end, f":{names.of(whole)}")
        elif word == "%" and words[n + 1 : n + 2] == ["("] and words[n + 3] == ")":
            if words[n + 4] == "s" and code[n + 4].start == code[n + 3].end:
                yield Edit(token.start, code[n + 4].end, f":{names.of(words[n + 2])}")
        elif word == "%" and words[n + 1] == "s" and code[n + 1].start == token.end:
            yield Edit(token.start, code[n + 1].end, "")
        elif word == "?" and words[n - 1 if n else -1] in ("(", ",", "="):
            yield Edit(token.start, token.end, "")
        elif "%%" in word and token.kind in (Kind.OPERATOR, Kind.STRING, Kind.DOLLAR):
            yield Edit(token.start, token.end, word.replace("%%", "%"))


def _is_name(text: str, place: int) -> bool:
    return text[place : place + 1].isidentifier()
