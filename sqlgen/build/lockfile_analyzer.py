"""Query files -> their analysed queries, as the lock files have recorded them."""

from collections.abc import Mapping, Sequence
from typing import Final

from .. import lockfile
from ..model.diagnostic import Diagnostic
from ..model.migration import Migration
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from .analyzer import Analysis, assemble, in_reading_order, parse_files
from .records import BuildRecord, FileRecord
from .request import BuildRequest


class LockfileAnalyzer:
    """Takes the analysed queries from the lock files below the output folder.

    Raises `SqlgenError` where there are none, or they cannot be read.
    """

    record: Final[BuildRecord] = {}
    records: Final = False

    def __init__(self, request: BuildRequest, migrations: Sequence[Migration]) -> None:
        scripts = [migration.up for migration in migrations]
        self._lock = lockfile.Lockfile(request.config, scripts, request.generated)

    def analyse(self, sources: Sequence[SourceFile]) -> Analysis:
        """Return the recorded queries of the files; it is an error that one is not recorded."""
        files, errors = parse_files(sources)
        typed: dict[int, TypedQuery] = {}
        unrecorded: list[Diagnostic] = []
        for file, _ in files:
            queries, stale = self._lock.queries(file)
            typed |= {id(query.query): query for query in queries}
            unrecorded.extend(stale)
        return assemble(files, typed, {}), (*errors, *unrecorded)

    def still_valid(self, _: Sequence[SourceFile]) -> Mapping[str, FileRecord]:
        """Return nothing: there are no records of an earlier build."""
        return {}

    def warm_up(self) -> None:
        """Do nothing: no server is asked."""

    def save(self, _: BuildRecord) -> None:
        """Record nothing."""

    def sorted_diagnostics(
        self, diagnostics: Sequence[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        """Return what is not as recorded: the schema and the settings, then the queries."""
        return (*self._lock.stale, *in_reading_order(diagnostics))
