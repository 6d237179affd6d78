"""Migrations -> a database that has them, made in a thread of its own while others are answered."""

import threading
import time
from collections.abc import Mapping, Sequence

from .. import cache, parse, read
from ..model.config import Config
from ..model.diagnostic import Diagnostic, ServerUnavailableError, SqlgenError
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.progress import no_progress
from ..model.source import SourceFile
from .analysis.database_analyzer import DatabaseAnalyzer
from .records.file_records import FileRecord, FileRecords
from .server.interruption import Interruption
from .server.server_pool import ServerPool


@frozen
class WantedSchema:
    """The scripts that make a schema, and what they are run with.

    *limit* is the time in seconds that they may take; `None` for as long as they need. *is_fallback*: they are
    those on disk, since those in the editor fail.
    """

    config: Config
    migrations: tuple[Migration, ...]
    limit: float | None = None
    is_fallback: bool = False


class OpenSchema:
    """A schema on a server, with an analyzer that asks it. `close` lets go of the database."""

    def __init__(
        self, wanted: WantedSchema, analyzer: DatabaseAnalyzer, pool: ServerPool
    ) -> None:
        config, session = wanted.config, analyzer.session()
        self.migrations = wanted.migrations
        self.analyzer = analyzer
        self.key = analyzer.schema_key
        self.session = session
        routines = session.typed_routines(config).routines
        self.routine_files = parse.routine_files(routines, config.queries)
        self.warnings: tuple[Diagnostic, ...] = read.unknown_name_warnings(
            config, session.unknown_names(config)
        )
        self._pool = pool

    def close(self) -> None:
        """Close the connection, and drop the database if it is not kept."""
        self._pool.close()


class SchemaOpening:
    """Opens a schema in a thread. Once `is_done`, `schema` is there, or `errors` tell why it is not.

    The server is that of the *pool*, which nobody else may start or stop meanwhile.
    """

    def __init__(self, wanted: WantedSchema, pool: ServerPool) -> None:
        self.wanted = wanted
        self.started = time.monotonic()
        self.schema: OpenSchema | None = None
        self.errors: tuple[Diagnostic, ...] = ()
        self.is_server_gone = False
        self.is_interrupted = False
        self.bug: Exception | None = None
        self._pool = pool.lend()
        self._interruption = Interruption(wanted.limit)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Return whether the thread has nothing more to do."""
        return self._done.is_set()

    @property
    def may_need_the_schema_before(self) -> bool:
        """Return whether nobody may be connected to the database of the schema before: it may be copied."""
        return not self.is_done and not self._interruption.is_running.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, for at most so long."""
        self._done.wait(seconds)

    def interrupt(self) -> None:
        """Stop the migrations; what comes of them is of no use any more."""
        self.is_interrupted = True
        self._interruption.interrupt()

    def _run(self) -> None:
        wanted = self.wanted
        store = cache.open_store(wanted.config.root)
        analyzer = DatabaseAnalyzer(
            wanted.config,
            wanted.migrations,
            store,
            no_progress,
            self._pool,
            will_render=False,
            interruption=self._interruption,
        )
        try:
            self.schema = OpenSchema(wanted, analyzer, self._pool)
        except SqlgenError as error:
            self.errors = error.diagnostics
            self.is_server_gone = isinstance(error, ServerUnavailableError)
        except Exception as error:  # noqa: BLE001 (`poll` raises it)
            self.bug = error
        finally:
            if self.schema is None:
                self._pool.close()
            self._done.set()


def recorded_key(wanted: WantedSchema) -> str:
    """Return the key of the records of a schema; empty if only its server can tell it."""
    server = cache.embedded_server(wanted.config)
    if not server:
        return ""
    scripts = [migration.up for migration in wanted.migrations]
    chain = cache.migration_chain(scripts, wanted.config)
    return cache.schema_key(chain, server, wanted.config)


def load_records(config: Config, key: str) -> Mapping[str, FileRecord]:
    """Return the records of a project's query files under a schema, by path."""
    return FileRecords(cache.open_store(config.root), key).files


def save_records(
    config: Config, key: str, sources: Sequence[SourceFile], packs: Mapping[str, bytes]
) -> None:
    """Keep the packed analyses of files for the next start, and for the next build.

    What a build has recorded of the same text is kept: it tells more.
    """
    records = FileRecords(cache.open_store(config.root), key)
    if not records.are_kept:
        return
    files: dict[str, FileRecord] = {}
    for source in sources:
        record = records.files.get(source.path)
        if record and record.is_of(source):
            files[source.path] = record
        elif source.path in packs:
            files[source.path] = FileRecord(
                sha384=source.sha384, packed_queries=packs[source.path]
            )
    records.save(files)
