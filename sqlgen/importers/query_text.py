"""ImportedFile -> the text of a query file, each query of which sqlgen reads as it was meant."""

import re
from dataclasses import replace
from typing import Final

from .. import parse
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.source import SourceFile
from ..parse.directives import is_directive
from ..parse.headers import is_header
from .imported import ImportedFile, ImportedQuery
from .names import UniqueNames
from .remarks import not_imported

_LINE_END: Final = re.compile(r"[\r\n\f\v]+")


def numbered(file: ImportedFile) -> ImportedFile:
    """Return the file with another name for each query whose name an earlier one has."""
    names = UniqueNames()
    queries = [replace(query, name=names.unused(query.name)) for query in file.queries]
    return replace(file, queries=tuple(queries))


def file_text(queries: tuple[ImportedQuery, ...]) -> str:
    """Return the text of a file with the *queries*."""
    return "\n".join(map(_query_text, queries))


def readable(
    file: ImportedFile,
) -> tuple[ImportedFile, tuple[Diagnostic, ...]]:
    """Return the file without the queries that sqlgen would not read as they are meant, and a remark on each."""
    problems: list[Diagnostic] = []
    queries: list[ImportedQuery] = []
    for query in file.queries:
        problem = _problem(query)
        if problem is None:
            queries.append(query)
        else:
            problems.append(problem)
    return replace(file, queries=tuple(queries)), tuple(problems)


def _query_text(query: ImportedQuery) -> str:
    row = f" -> {query.row}" if query.row else ""
    lines = [f"-- name: {query.name} :{query.command}{row}", *map(_comment, query.doc)]
    return "\n".join([*lines, f"{query.sql.strip()};", ""])


def _comment(line: str) -> str:
    """Return a line of a comment that is neither a header nor a directive."""
    words = _LINE_END.sub(" ", line).rstrip()
    comment = f"-- {words}".rstrip()
    if is_header(comment) or is_directive(comment):
        return f"-- | {words}"
    return comment


def _problem(query: ImportedQuery) -> Diagnostic | None:
    text = _query_text(query)
    try:
        read = parse.query_file(SourceFile(query.place.source.path, text)).queries
    except SqlgenError as error:
        first = error.diagnostics[0]
        message = (
            f"`{query.name}` cannot be written as a query of sqlgen: {first.message}"
        )
        return not_imported(message, query.place, first.hint or _BY_HAND)
    if [(one.name, one.command) for one in read] == [(query.name, query.command)]:
        return None
    message = (
        f"the statement of `{query.name}` has a comment that sqlgen takes for a header"
    )
    return not_imported(message, query.place, "remove the comment, and import again")


_BY_HAND: Final = "write the query by hand, as `sqlgen help queries` says"
