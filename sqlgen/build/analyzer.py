"""Query files -> their analysed queries: what every analyzer takes and gives."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .. import lockfile, parse
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.query import QueryFile
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from .records import AnswerDigests, BuildRecord, FileRecord


@frozen
class AnalysedFile:
    """A query file with its valid queries, in its order; those with errors are left out.

    `parsed` is false for a file that has a syntax error, and then no queries. `answers` are the
    digests of the server's answers about the queries.
    """

    file: QueryFile
    queries: tuple[TypedQuery, ...]
    parsed: bool
    answers: AnswerDigests

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Return the warnings about the valid queries."""
        return tuple([warning for q in self.queries for warning in q.warnings])

    @property
    def is_complete(self) -> bool:
        """Return whether no query was left out."""
        return self.parsed and len(self.queries) == len(self.file.queries)


Analysis = tuple[tuple[AnalysedFile, ...], tuple[Diagnostic, ...]]
"""Analysed files, in the order that was asked for, and all errors in them."""


class Analyzer(Protocol):
    """Finds the type and the nullability of everything in query files."""

    @property
    def record(self) -> BuildRecord:
        """Return what an earlier build recorded of each query file."""

    @property
    def records(self) -> bool:
        """Return whether what is found out will be recorded."""

    def analyse(self, sources: Sequence[SourceFile]) -> Analysis:
        """Return the analysed files, and the errors in them."""

    def still_valid(self, sources: Sequence[SourceFile]) -> Mapping[str, FileRecord]:
        """Return the records made under other migrations that hold under these, by path."""

    def warm_up(self) -> None:
        """Open what analysing needs, before the process is forked."""

    def save(self, record: BuildRecord) -> None:
        """Record what this build found out."""

    def sorted_diagnostics(
        self, diagnostics: Sequence[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        """Return everything to report, in the order of somebody who reads the files."""


ParsedFile = tuple[QueryFile, bool]
"""A query file, and whether it could be parsed; one that could not has no queries."""


def parse_files(
    sources: Sequence[SourceFile],
) -> tuple[list[ParsedFile], tuple[Diagnostic, ...]]:
    """Parse query files; return each of them, and the errors."""
    files: list[ParsedFile] = []
    errors: list[Diagnostic] = []
    for source in sources:
        try:
            files.append((parse.query_file(source), True))
        except SqlgenError as error:
            errors.extend(error.diagnostics)
            files.append((QueryFile(source, "", ()), False))
    return files, tuple(errors)


def assemble(
    files: Sequence[ParsedFile],
    typed: Mapping[int, TypedQuery],
    answers: AnswerDigests,
) -> tuple[AnalysedFile, ...]:
    """Return the files with their typed queries, which are looked up by the `id` of the query."""
    analysed: list[AnalysedFile] = []
    for file, is_parsed in files:
        queries = tuple([typed[id(q)] for q in file.queries if id(q) in typed])
        keys = map(lockfile.fingerprint, file.queries) if answers else ()
        own = {key: answers[key] for key in keys if key in answers}
        analysed.append(AnalysedFile(file, queries, is_parsed, own))
    return tuple(analysed)


def in_reading_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by file and position."""

    def place(diagnostic: Diagnostic) -> tuple[str, int]:
        span = diagnostic.label.span if diagnostic.label else None
        return (span.source.path, span.start) if span else ("", 0)

    return tuple(sorted(diagnostics, key=place))
