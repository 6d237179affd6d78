"""Query files -> their analysed queries: recorded ones from the cache, the others from a database."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ... import cache, lockfile
from ...model.catalog import CompositeType
from ...model.config import Config, UnknownName
from ...model.diagnostic import Diagnostic
from ...model.migration import Migration
from ...model.progress import Progress
from ...model.routines import TypedRoutines
from ...model.source import SourceFile
from ...model.typed import TypedQuery
from ..records.file_records import FileRecords
from .analyzer import (
    AnalysedFile,
    ParsedFile,
    analysed_file,
    batches,
    in_reading_order,
    parse_files,
    typed_queries,
)
from .database_analyzer import DatabaseAnalyzer

if TYPE_CHECKING:
    from ...infer import SchemaDiff
    from ...model.catalog import Catalog
    from ...model.description import Description
    from ...model.documentation import DocumentedSchema
    from ..records.file_services import FileServices
    from ..server.server_pool import ServerPool

_UNDEFINED: Final = frozenset({"42P01", "42704", "42883", "3F000"})
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
        analyzer = RecordedAnalyzer(database, config, migrations, store)
        if not analyzer.records.has_schema:
            database.session()  # the migrations are tried even if there are no queries
        try:
            yield analyzer
        finally:
            analyzer.remember_schema()


class RecordedAnalyzer:
    """A cache around an analyzer that asks a database.

    Queries that are recorded under this schema are not asked about again; if all are, no server is
    started. After a migration, each query is asked about, but inferred again only where its answer
    or something that it refers to has changed.
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
        self._latest_key = cache.latest_schema_key(config, database.server_identity)
        self.records = FileRecords(store, self._key)
        self._previous: tuple[FileRecords, SchemaDiff] | None = None
        self._has_previous: bool | None = None

    def prepare_fork(self, sources: Sequence[SourceFile]) -> None:
        """Open the database and read the previous records, if the files need either."""
        recorded = self.records.files
        if any(
            (record := recorded.get(source.path)) is None or not record.is_of(source)
            for source in sources
        ):
            self._database.session()
            self._load_previous()

    def analyse(
        self, sources: Sequence[SourceFile]
    ) -> tuple[tuple[AnalysedFile, ...], tuple[Diagnostic, ...]]:
        """Return the analysed files, in the order of *sources*, and all errors in them."""
        files, errors = parse_files(sources)
        typed: dict[int, TypedQuery] = {}
        digests: dict[str, bytes] = {}
        for parsed in files:
            if record := self.records.files.get(parsed.file.source.path):
                typed |= lockfile.unpack(record.packed_queries, parsed.file.queries)
                digests |= record.answer_digests
        unrecorded = [q for p in files for q in p.file.queries if id(q) not in typed]
        unchanged: set[int] = set()
        for queries in batches(unrecorded):
            descriptions, refusals = self._database.describe(queries)
            same, other = self._compare(descriptions)
            inferred, contradictions = self._database.infer(other)
            errors += refusals + contradictions
            unchanged |= {id(description.query) for description in same}
            typed |= {id(query.query): query for query in inferred}
            digests |= {lockfile.fingerprint(d.query): d.digest for d in descriptions}
        return (
            tuple([self._assemble(file, typed, digests, unchanged) for file in files]),
            errors,
        )

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Return notes about the way in which the schema was made, if it was."""
        return self._database.notes

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

    def catalog(self) -> "Catalog":
        """Return the database's facts."""
        return self._database.session().catalog

    def typed_routines(self) -> TypedRoutines:
        """Return the functions and procedures that the configuration names."""
        if not self._config.typed_functions:
            return TypedRoutines()
        key = cache.typed_routines_key(self._key, self._config)
        if content := self._store.get(key):
            routines: TypedRoutines = pickle.loads(content)
            return routines
        routines = self._database.typed_routines()
        self._store.put(key, pickle.dumps(routines))
        return routines

    def tables(self) -> tuple[CompositeType, ...]:
        """Return the types of the rows of all tables, by schema and name."""
        key = cache.tables_key(self._key, self._config)
        if content := self._store.get(key):
            tables: tuple[CompositeType, ...] = pickle.loads(content)
            return tables
        tables = self._database.tables()
        self._store.put(key, pickle.dumps(tables, pickle.HIGHEST_PROTOCOL))
        return tables

    def index_services(self, sources: Sequence[SourceFile]) -> "list[FileServices]":
        """Return what indexes do for the valid queries of each file; only what is not recorded is planned."""
        key = cache.index_services_key(self._key)
        content = self._store.get(key)
        recorded: dict[str, FileServices] = pickle.loads(content) if content else {}
        changed = [s for s in sources if not _is_of(recorded.get(s.path), s)]
        if changed:
            planned = self._planned(changed, [*recorded.values()])
            known = recorded | planned
            recorded = {source.path: known[source.path] for source in sources}
            self._store.put(key, pickle.dumps(recorded, pickle.HIGHEST_PROTOCOL))
        return [recorded[source.path] for source in sources]

    def _planned(
        self, sources: Sequence[SourceFile], recorded: "Sequence[FileServices]"
    ) -> "dict[str, FileServices]":
        """Return what indexes do for the queries of files, of which some are *recorded*, perhaps in others."""
        from ..records.file_services import FileServices

        known = {print_: s for file in recorded for _, print_, s in file.queries}
        files, _ = self.analyse(sources)
        printed = [
            [(lockfile.fingerprint(q.query), q) for q in typed_queries(file)]
            for file in files
        ]
        new = {
            print_: query
            for queries in printed
            for print_, query in queries
            if print_ not in known
        }
        services = self._database.index_services([*new.values()]) if new else ()
        known |= dict(zip(new, services, strict=True))
        return {
            source.path: FileServices(
                source.path,
                source.sha384,
                tuple(
                    [
                        (query.query.name, print_, known[print_])
                        for print_, query in queries
                    ]
                ),
            )
            for source, queries in zip(sources, printed, strict=True)
        }

    def documented_schema(self) -> "DocumentedSchema":
        """Return the tables and types of the user's, as people read them."""
        key = cache.documented_schema_key(self._key, self._config)
        if content := self._store.get(key):
            schema: DocumentedSchema = pickle.loads(content)
            return schema
        schema = self._database.documented_schema()
        self._store.put(key, pickle.dumps(schema, pickle.HIGHEST_PROTOCOL))
        return schema

    def remember_schema(self) -> None:
        """Let the next build find these records and this catalog, if the migrations change."""
        if self.records.is_saved and (catalog_key := self._database.catalog_key):
            self._store.put(self._latest_key, pickle.dumps((self._key, catalog_key)))

    def all_errors(self, query_errors: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the errors by file and position.

        Where something is undefined and there is no migration, that is said first.
        """
        first = without_migrations(query_errors, self._config, self._has_migrations)
        return first + in_reading_order(query_errors)

    def _load_previous(self) -> "tuple[FileRecords, SchemaDiff] | None":
        """Return the records under the previous migrations, and what has changed since then.

        None where there are none, or anything may have changed. Once there are records under these
        migrations, those under the previous ones have nothing to add.
        """
        if self._has_previous is None:
            # The findings about a role hold only for the privileges that it had then.
            is_of_use = not self.records.files and not self._config.role
            content = self._store.get(self._latest_key) if is_of_use else None
            if content:
                key, catalog_key = pickle.loads(content)
                records = FileRecords(self._store, key)
                diff = (
                    self._database.changes_since(catalog_key) if records.files else None
                )
                self._previous = (records, diff) if diff is not None else None
            self._has_previous = self._previous is not None
        return self._previous

    def _compare(
        self, descriptions: "Sequence[Description]"
    ) -> "tuple[list[Description], list[Description]]":
        """Divide descriptions into those under which the previous analysis holds, and the others.

        It holds if the server's answer is the same, and nothing in that refers to what has changed in
        the database.
        """
        same: list[Description] = []
        other: list[Description] = []
        previous = self._load_previous() if descriptions else None
        for description in descriptions:
            query = description.query
            record = previous and previous[0].files.get(query.sql.source.path)
            if (
                previous
                and record
                and record.is_clean
                and not query.role
                and record.answer_digests.get(lockfile.fingerprint(query))
                == description.digest
                and not previous[1].may_affect(description.tree_of_all_keys)
            ):
                same.append(description)
            else:
                other.append(description)
        return same, other

    def _assemble(
        self,
        parsed: ParsedFile,
        typed: Mapping[int, TypedQuery],
        digests: Mapping[str, bytes],
        unchanged: set[int],
    ) -> AnalysedFile:
        """Return the analysed file; take *unchanged* queries from the previous record.

        If that is all of them, the record itself is all that is needed.
        """
        source, queries = parsed.file.source, parsed.file.queries
        kept = [query for query in queries if id(query) in unchanged]
        if not kept or self._previous is None:
            return analysed_file(parsed, typed, digests)
        record = self._previous[0].files[source.path]
        if len(kept) == len(queries) and self._previous[0].reusable(source):
            return AnalysedFile(parsed, (), record.answer_digests, record)
        previous = lockfile.unpack(record.packed_queries, kept)
        assert len(previous) == len(kept), "all queries of a clean file are packed"
        return analysed_file(parsed, {**typed, **previous}, digests)


def _is_of(recorded: "FileServices | None", source: SourceFile) -> bool:
    return recorded is not None and recorded.sha384 == source.sha384


def without_migrations(
    query_errors: Sequence[Diagnostic], config: Config, has_migrations: bool
) -> tuple[Diagnostic, ...]:
    """Return an error that there are no migrations, if that explains some of the *query_errors*."""
    is_undefined = any(error.code in _UNDEFINED for error in query_errors)
    return (_no_migrations(config),) if is_undefined and not has_migrations else ()


def _no_migrations(config: Config) -> Diagnostic:
    """Explain why nothing is found that the queries refer to."""
    return Diagnostic(
        code="no-migrations",
        message=f"the folder `{config.migrations}` has no migrations, so the database is empty",
        label=None,
        hint="write the first one with `sqlgen migrate new`, or set `migrations` or `schema` in `[tool.sqlgen]`",
    )
