"""Query files -> their analysed queries: recorded ones from the cache, the others from a database."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .. import cache, lockfile
from ..model.config import Config, UnknownName
from ..model.diagnostic import Diagnostic
from ..model.migration import Migration
from ..model.progress import Progress
from ..model.query import Query
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import records
from .analyzer import Analysis, assemble, in_reading_order, parse_files
from .database_analyzer import DatabaseAnalyzer
from .records import BuildRecord, FileRecord

if TYPE_CHECKING:
    from ..infer import SchemaDiff
    from ..model.description import Description
    from .server_pool import ServerPool

_BATCH: Final = 128
"""Queries that the server is asked about at once: their trees are some 10 kB each."""

_MISSING: Final = frozenset({"42P01", "42704", "42883", "3F000"})
"""undefined_table, undefined_object, undefined_function, invalid_schema_name"""


@contextmanager
def open_analyzer(
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
    pool: "ServerPool | None" = None,
) -> Iterator["RecordedAnalyzer"]:
    """Lend an analyzer of a project; raise `SqlgenError` where its schema cannot be had.

    The *pool* lends the server where that is to be kept for the next build.
    """
    with DatabaseAnalyzer(config, migrations, store, progress, pool) as database:
        yield RecordedAnalyzer(database, config, migrations, store)


class RecordedAnalyzer:
    """A cache around an analyzer that asks a database.

    Queries whose analyses the store has are not asked about again; if it has them all, no server is
    started.
    """

    def __init__(
        self,
        database: DatabaseAnalyzer,
        config: Config,
        migrations: Sequence[Migration],
        store: cache.Store,
    ) -> None:
        self._database = database
        self._config = config
        self._has_migrations = bool(migrations)
        self._store = store
        self._key = database.schema_key
        self._latest = cache.latest_schema_key(config, database.server_identity)
        record = records.load(store, self._key)
        if record is None:
            database.session()  # at least the migrations are to be tried
        self.record: BuildRecord = record or {}
        self._previous: tuple[BuildRecord, SchemaDiff | None] | None = None

    @property
    def records(self) -> bool:
        """Return whether what is found out will be recorded."""
        return bool(self._store)

    def warm_up(self) -> None:
        """Open the database and load the previous record, before the process is forked."""
        self._database.session()
        self._previous_schema()

    def analyse(self, sources: Sequence[SourceFile]) -> Analysis:
        """Return the analysed files, and all errors in them."""
        files, errors = parse_files(sources)
        typed: dict[int, TypedQuery] = {}
        answers: dict[str, bytes] = {}
        for file, _ in files:
            if entry := self.record.get(file.source.path):
                typed |= lockfile.unpack(entry.analyses, file.queries)
                answers |= entry.answers
        missing = [q for file, _ in files for q in file.queries if id(q) not in typed]
        for queries in _batches(missing):
            descriptions, refusals = self._database.describe(queries)
            inferred, contradictions = self._database.infer(descriptions)
            errors += refusals + contradictions
            typed |= {id(one.query): one for one in inferred}
            answers |= _digests(descriptions)
        return assemble(files, typed, answers), errors

    def still_valid(self, sources: Sequence[SourceFile]) -> dict[str, FileRecord]:
        """Return the records under the previous migrations that hold under these, by path.

        The server is asked about each query. Its answer must be the same, and nothing in that may
        refer to what has changed in the database.
        """
        record, changes = self._previous_schema()
        if changes is None:
            return {}
        same = [s for s in sources if records.is_unchanged(record.get(s.path), s)]
        files = [file for file, _ in parse_files(same)[0]]
        holding: set[int] = set()
        for queries in _batches([query for file in files for query in file.queries]):
            descriptions, _ = self._database.describe(queries)
            for description in descriptions:
                query = description.query
                answers = record[query.sql.source.path].answers
                if answers.get(
                    lockfile.fingerprint(query)
                ) == description.digest and not changes.may_affect(description.tree):
                    holding.add(id(query))
        return {
            file.source.path: record[file.source.path]
            for file in files
            if all(id(query) in holding for query in file.queries)
        }

    def unknown_names(self) -> tuple[UnknownName, ...]:
        """Return the names in the configuration that nothing in the database has."""
        if not self._config.database_names:
            return ()
        key = cache.unknown_names_key(self._key, self._config)
        if content := self._store.get(key):
            names: tuple[UnknownName, ...] = pickle.loads(content)
            return names
        names = self._database.unknown_names()
        self._store.put(key, pickle.dumps(names))
        return names

    def save(self, record: BuildRecord) -> None:
        """Record what this build found out, and under which schema."""
        if record != self.record or not record:
            records.save(self._store, self._key, record)
        if facts_key := self._database.facts_key:
            self._store.put(self._latest, pickle.dumps((self._key, facts_key)))

    def sorted_diagnostics(
        self, diagnostics: Sequence[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        """Sort diagnostics by file and position.

        Where something is missing and there is no migration, that is said first.
        """
        first: tuple[Diagnostic, ...] = ()
        if not self._has_migrations and any(d.code in _MISSING for d in diagnostics):
            first = (_no_migrations(self._config),)
        return first + in_reading_order(diagnostics)

    def _previous_schema(self) -> "tuple[BuildRecord, SchemaDiff | None]":
        """Return the record under the previous migrations, and what they changed since then.

        `None` means that anything may have changed.
        """
        if self._previous is None:
            content = None if self.record else self._store.get(self._latest)
            key, facts_key = pickle.loads(content) if content else ("", "")
            record = records.load(self._store, key) if key else None
            changes = self._database.changes_since(facts_key) if record else None
            self._previous = record or {}, changes
        return self._previous


def _batches(queries: Sequence[Query]) -> Iterator[Sequence[Query]]:
    """Split queries into groups that the server is asked about at once."""
    for start in range(0, len(queries), _BATCH):
        yield queries[start : start + _BATCH]


def _digests(descriptions: "Sequence[Description]") -> Mapping[str, bytes]:
    """Return the digests of the server's answers, by the queries' fingerprints."""
    return {lockfile.fingerprint(d.query): d.digest for d in descriptions}


def _no_migrations(config: Config) -> Diagnostic:
    """Explain why nothing is found that the queries refer to."""
    return Diagnostic(
        code="no-migrations",
        message=f"the folder `{config.migrations}` has no migrations, so the database is empty",
        label=None,
        hint="write the first one with `sqlgen migrate new`, or set `migrations` in pyproject.toml",
    )
