"""Query files and what is known of their queries -> what an analysis gives."""

from collections.abc import Mapping, Sequence

from .. import lockfile, parse
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.query import QueryFile
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import records


@frozen
class Analysed:
    """A query file with its good queries, in its order; those with mistakes are left out.

    A file that cannot be parsed has none. `answers` are the server's to its queries.
    """

    file: QueryFile
    typed: tuple[TypedQuery, ...]
    parsed: bool
    answers: records.Answers

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the good queries."""
        return tuple([warning for one in self.typed for warning in one.warnings])

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return self.parsed and len(self.typed) == len(self.file.queries)


Findings = tuple[tuple[Analysed, ...], tuple[Diagnostic, ...]]
"""The analysed files, in the order that was asked for, and all that is wrong in them."""


Parsed = tuple[QueryFile, bool]
"""A query file, and whether it could be parsed."""


def parsed(
    sources: Sequence[SourceFile],
) -> tuple[list[Parsed], tuple[Diagnostic, ...]]:
    """The query files; those with a mistake have no queries."""
    found: list[Parsed] = []
    wrong: list[Diagnostic] = []
    for source in sources:
        try:
            found.append((parse.query_file(source), True))
        except SqlgenError as error:
            wrong.extend(error.diagnostics)
            found.append((QueryFile(source, "", ()), False))
    return found, tuple(wrong)


def gathered(
    files: Sequence[Parsed], typed: Mapping[int, TypedQuery], answers: records.Answers
) -> tuple[Analysed, ...]:
    """The files with their typed queries, which are found by the `id` of the query."""
    found: list[Analysed] = []
    for file, good in files:
        queries = tuple([typed[id(q)] for q in file.queries if id(q) in typed])
        keys = map(lockfile.fingerprint, file.queries) if answers else ()
        said = {key: answers[key] for key in keys if key in answers}
        found.append(Analysed(file, queries, good, said))
    return tuple(found)


def in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics as somebody reads who goes through the files from top to bottom."""

    def place(diagnostic: Diagnostic) -> tuple[str, int]:
        span = diagnostic.label.span if diagnostic.label else None
        return (span.source.path, span.start) if span else ("", 0)

    return tuple(sorted(diagnostics, key=place))
