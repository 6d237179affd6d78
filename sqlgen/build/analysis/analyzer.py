"""Query files -> their analysed queries: what every analyzer takes and gives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from ... import lockfile, parse
from ...model.catalog import CompositeType
from ...model.diagnostic import Diagnostic, SqlgenError
from ...model.frozen import frozen
from ...model.query import Query, QueryFile
from ...model.source import SourceFile
from ...model.typed import TypedQuery
from ..records.file_records import AnswerDigests, FileRecord

_BATCH: Final = 128
"""Queries that the server is asked about at once: their trees are some 10 kB each."""


@frozen
class ParsedFile:
    """A query file; one with a syntax error has no queries, and `is_valid` is false."""

    file: QueryFile
    is_valid: bool


@frozen
class AnalysedFile:
    """A query file with its valid queries, in its order; those with errors are left out.

    `answer_digests` are of the server's answers about the queries. If the record made under the
    previous migrations holds for the whole file, it is `record`, and `typed_queries` reads it.
    """

    parsed: ParsedFile
    queries: tuple[TypedQuery, ...]
    answer_digests: AnswerDigests
    record: FileRecord | None = None

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Return the warnings about the valid queries."""
        return tuple([warning for q in self.queries for warning in q.warnings])

    @property
    def is_clean(self) -> bool:
        """Return whether the file has neither errors nor warnings."""
        is_complete = len(self.queries) == len(self.parsed.file.queries)
        return self.parsed.is_valid and is_complete and not self.warnings


class Analyzer(Protocol):
    """Finds the type and the nullability of everything in query files."""

    def prepare_fork(self, sources: Sequence[SourceFile]) -> None:
        """Do once what analysing the files would take in both processes after a fork."""

    def analyse(
        self, sources: Sequence[SourceFile]
    ) -> tuple[tuple[AnalysedFile, ...], tuple[Diagnostic, ...]]:
        """Return the analysed files, in the order of *sources*, and the errors in them."""

    def tables(self) -> tuple[CompositeType, ...]:
        """Return the types of the rows of all tables, by schema and name."""

    def all_errors(self, query_errors: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the errors about the schema, then those about queries by file and position."""


def typed_queries(file: AnalysedFile) -> tuple[TypedQuery, ...]:
    """Return the valid queries of a file, from its record if it has one."""
    if file.record is None:
        return file.queries
    queries = file.parsed.file.queries
    typed = lockfile.unpack(file.record.packed_queries, queries)
    return tuple([typed[id(query)] for query in queries])


def parse_files(
    sources: Sequence[SourceFile],
) -> tuple[list[ParsedFile], tuple[Diagnostic, ...]]:
    """Parse query files; return each of them, and the errors."""
    files: list[ParsedFile] = []
    errors: list[Diagnostic] = []
    for source in sources:
        try:
            files.append(ParsedFile(parse.query_file(source), True))
        except SqlgenError as error:
            errors.extend(error.diagnostics)
            files.append(ParsedFile(QueryFile(source, "", ()), False))
    return files, tuple(errors)


def analysed_file(
    parsed: ParsedFile,
    typed: Mapping[int, TypedQuery],
    answer_digests: AnswerDigests,
) -> AnalysedFile:
    """Return the file with those of its queries that are *typed*, by the `id` of the query."""
    queries = parsed.file.queries
    keys = map(lockfile.fingerprint, queries) if answer_digests else ()
    return AnalysedFile(
        parsed,
        tuple([typed[id(query)] for query in queries if id(query) in typed]),
        {key: answer_digests[key] for key in keys if key in answer_digests},
    )


def batches(queries: Sequence[Query]) -> Iterator[Sequence[Query]]:
    """Split queries into groups that the server is asked about at once."""
    for start in range(0, len(queries), _BATCH):
        yield queries[start : start + _BATCH]


def in_reading_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by file and position."""

    def place(diagnostic: Diagnostic) -> tuple[str, int]:
        span = diagnostic.label.span if diagnostic.label else None
        return (span.source.path, span.start) if span else ("", 0)

    return tuple(sorted(diagnostics, key=place))
