"""Queries and migrations -> what a server says of them: the page that starts one, and needs psycopg.

It is imported only where something must be asked, so that a build of what is known is quick.
"""

import hashlib
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType

from psycopg import Connection
from psycopg.rows import TupleRow

from . import cache, database, describe, migrate
from .model.catalog import Catalog
from .model.config import Config, UnknownName
from .model.description import Description
from .model.diagnostic import Diagnostic
from .model.migration import Migration
from .model.query import Query

Progress = Callable[[str], None]


class Servers:
    """The server that a project's builds ask: started when it is needed, and then kept until the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lent: tuple[object, database.Server] | None = None

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop it; it is started again when it is needed."""
        self._lent = None
        self._stack.close()

    def get(self, config: Config, progress: Progress) -> database.Server:
        """The server that *config* names; raises `ServerUnavailableError` if it cannot be had."""
        wanted = (cache.embedded(config), config.server, config.extensions)
        kept = self._lent
        if kept is None or kept[0] != wanted or not database.answers(kept[1]):
            self.close()
            extensions = config.root / config.extensions if config.extensions else None
            progress("starting PostgreSQL")
            lent = database.server(
                config.server, extensions=extensions, progress=progress
            )
            kept = self._lent = wanted, self._stack.enter_context(lent)
        return kept[1]


def identity(server: database.Server) -> str:
    """What tells given servers apart on which the same migrations may give other types."""
    with database.connection(server) as connection:
        row = connection.execute(_IDENTITY).fetchone()
    facts = (row, server.version, server.fingerprint)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def ask(
    server: database.Server,
    config: Config,
    migrations: Sequence[Migration],
    queries: Sequence[Query],
    store: cache.Store,
    progress: Progress,
) -> tuple[
    list[tuple[Description, Catalog]], tuple[Diagnostic, ...], tuple[UnknownName, ...]
]:
    """What the server says of each query beside its catalog, what it refuses, and what it has not.

    Raises `SqlgenError` if a migration fails.
    """
    with schema(server, config, migrations, store, progress) as connection:
        progress("asking PostgreSQL")
        wanted = queries or config.names
        catalog = _catalog(connection, store) if wanted else None
        outcomes = describe.queries(connection, catalog, queries) if catalog else ()
    good = [(o, catalog) for o in outcomes if isinstance(o, Description) and catalog]
    unknown = describe.unknown_names(config, catalog) if catalog else ()
    return good, tuple(o for o in outcomes if isinstance(o, Diagnostic)), unknown


@contextmanager
def schema(
    server: database.Server,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
) -> Iterator[Connection[TupleRow]]:
    """Lend a connection to a database that has all migrations applied.

    One of a run before where the store keeps anything. Raises `SqlgenError` if a migration fails.
    """

    def run(connection: Connection[TupleRow], start: int) -> None:
        for migration in migrations[start:]:
            progress(f"migrating to {migration.version}")
            migrate.execute(connection, migration)
        connection.execute("DISCARD TEMP")  # which no later run would see

    path = config.search_path
    if store:
        chain = cache.chain([migration.up for migration in migrations], config)
        with database.migrated(server, chain, run, search_path=path) as connection:
            yield connection
    else:
        with database.scratch(server, search_path=path) as connection:
            run(connection, 0)
            yield connection


def _catalog(connection: Connection[TupleRow], store: cache.Store) -> Catalog:
    """The database's facts, which a template that is there from before has had all along."""
    key = cache.catalog(repr(connection.execute(_DATABASE).fetchone()))
    # The store's folder is the user's own, and its entries are whole and of this very code.
    kept = store.get(key)
    found: Catalog
    if kept:
        found = pickle.loads(kept)
    else:
        found = describe.catalog(connection)
        if store and connection.info.dbname.startswith(database.TEMPLATES):
            store.put(key, pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
    return found


_IDENTITY = """
SELECT version(),
       (SELECT array_agg(e::text ORDER BY e::text) FROM pg_available_extension_versions AS e),
       -- What the server, the database and the role have set otherwise than PostgreSQL does.
       (SELECT array_agg((name, setting)::text ORDER BY name) FROM pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session'))
"""

_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid, datname
FROM pg_database WHERE datname = current_database()
"""
