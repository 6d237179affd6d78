"""Query files -> their analysed queries, as the lock files have recorded them."""

from collections.abc import Sequence

from ... import lockfile, parse
from ...model.catalog import CompositeType
from ...model.diagnostic import Diagnostic
from ...model.migration import Migration
from ...model.routines import TypedRoutines
from ...model.source import SourceFile
from ...model.typed import TypedQuery
from ..request import BuildRequest
from .analyzer import AnalysedFile, analysed_file, in_reading_order, parse_files


class LockfileAnalyzer:
    """Takes the analysed queries from the lock files below the output folder.

    Raises `SqlgenError` where there are none, or they cannot be read.
    """

    def __init__(self, request: BuildRequest, migrations: Sequence[Migration]) -> None:
        scripts = [migration.up for migration in migrations]
        self._config = request.config
        self._lock = lockfile.Lockfile(request.config, scripts, request.generated)

    def typed_routines(self) -> TypedRoutines:
        """Return the recorded functions and procedures that the configuration names."""
        return TypedRoutines(self._lock.routines())

    def prepare_fork(self, _: Sequence[SourceFile]) -> None:
        """Do nothing: the lock files are read already."""

    def analyse(
        self, sources: Sequence[SourceFile]
    ) -> tuple[tuple[AnalysedFile, ...], tuple[Diagnostic, ...]]:
        """Return the files with their recorded queries; one that is not recorded is an error."""
        files, errors = parse_files(sources)
        typed: dict[int, TypedQuery] = {}
        unrecorded: list[Diagnostic] = []
        for parsed in files:
            queries, stale = self._lock.queries(parsed.file)
            if not all(map(parse.agrees_with_text, queries)):
                path = lockfile.lock_path(self._config, parsed.file.source.path)
                raise lockfile.unreadable_lock(path)
            typed |= {id(query.query): query for query in queries}
            unrecorded.extend(stale)
        analysed = tuple([analysed_file(parsed, typed, {}) for parsed in files])
        return analysed, (*errors, *unrecorded)

    def tables(self) -> tuple[CompositeType, ...]:
        """Return the types of the rows of all tables, as the lock has them."""
        return self._lock.tables()

    def all_errors(self, query_errors: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return how the schema and the settings differ from the recorded ones, then the rest."""
        return (*self._lock.stale, *in_reading_order(query_errors))
