"""Queries and migrations -> what a server says of them.

Psycopg is imported only where a database must be made, or the server is not our own.
"""

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from .. import cache, describe, embedded, infer
from ..describe import WireConnection
from ..embedded import EmbeddedServer
from ..infer import Changes
from ..model import session
from ..model.catalog import Catalog
from ..model.config import Config, UnknownName
from ..model.description import Description
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.migration import Migration
from ..model.query import Query
from .server_pool import Lent

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from ..database import Server

Progress = Callable[[str], None]

Opened: TypeAlias = "WireConnection | Connection[TupleRow]"
"""A session on a database that has the schema."""

_MINUTE = 60 * 10**9
"""Nanoseconds between two notes of a database's use."""
_CATALOGS = 16 * 2**20
"""Bytes of catalogs that are kept beside a cluster: those of some ten databases."""


def identity(server: Lent) -> str:
    """What tells servers apart on which the same migrations may give other types."""
    from .. import database

    own = _with_driver(server)
    with database.maintenance_connection(own) as connection:
        row = connection.execute(_IDENTITY).fetchone()
    facts = (row, own.version, own.fingerprint)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


_NOTHING = cache.Store(None)


class Schema:
    """A database that has a project's migrations: its facts, and a session to ask about queries.

    *open_* opens a session, where the one *opened* is not there; a copy of the process needs one of
    its own. *key* is what the facts are *kept* under beside others of the same cluster, if they are.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_: "Callable[[], AbstractContextManager[Opened]]",
        opened: WireConnection | None = None,
        key: str = "",
        kept: cache.Store = _NOTHING,
    ) -> None:
        self.catalog = catalog
        self.key = key
        self._kept = kept
        self._open = open_
        self._stack = ExitStack()
        self._session: tuple[int, Opened] | None = None
        if opened:
            self._session = os.getpid(), self._stack.enter_context(opened)

    def __enter__(self) -> "Schema":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session = None
        self._stack.close()

    def ask(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[Description, ...], tuple[Diagnostic, ...]]:
        """What the server says of each query, and those that it refuses.

        A session that is gone, though the server is not, is opened again.
        """
        try:
            outcomes = describe.queries(self._opened(), self.catalog, queries)
        except ServerUnavailableError:
            self._session = None
            outcomes = describe.queries(self._opened(), self.catalog, queries)
        return (
            tuple([o for o in outcomes if isinstance(o, Description)]),
            tuple([o for o in outcomes if isinstance(o, Diagnostic)]),
        )

    def changes_since(self, key: str) -> Changes | None:
        """What has changed since the facts under that *key*; None where that may be anything."""
        before = self._kept.get(key) if key and self.key else None
        return infer.changes(pickle.loads(before), self.catalog) if before else None

    def unknown_names(self, config: Config) -> tuple[UnknownName, ...]:
        """The names in the configuration that the database has nothing for."""
        return describe.unknown_names(config, self.catalog)

    def _opened(self) -> Opened:
        process = os.getpid()
        if self._session is None or self._session[0] != process:
            self._session = process, self._stack.enter_context(self._open())
        return self._session[1]


@contextmanager
def schema(
    server: Lent,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
) -> Iterator[Schema]:
    """Lend a database that has all migrations applied: one of a run before where there is one.

    Nothing of a run before is used, and nothing is kept, if the *store* keeps nothing. Raises
    `SqlgenError` if a migration fails.
    """
    if not isinstance(server, EmbeddedServer) or not store:
        with _made(server, config, migrations, store, progress) as (made, _):
            yield made
        return
    server.wait()
    name = _template(server, config, migrations)
    progress("asking PostgreSQL")
    found = _found(server, config, name)
    if found is None:
        with _made(server, config, migrations, store, progress) as (made, is_kept):
            if not is_kept:
                yield made
                return
            catalog = made.catalog
        found = _found(server, config, name, catalog)
        assert found is not None, "it was made just now"
    with found:
        yield found


def _template(
    server: EmbeddedServer, config: Config, migrations: Sequence[Migration]
) -> str:
    """The name of the database that has the migrations, as long as it is kept."""
    chain = cache.migration_chain([migration.up for migration in migrations], config)
    return embedded.schema_database_name(
        server.fingerprint,
        server.version,
        chain[-1] if chain else "",
        config.search_path,
    )


def _found(
    server: EmbeddedServer, config: Config, name: str, catalog: Catalog | None = None
) -> Schema | None:
    """The schema in the database *name*, or None where that or its facts are not there.

    The facts are kept beside the cluster, whose oids they are full of; those of a new database are
    given as *catalog*. The folder is ours alone, and its entries are whole and of this very code.
    """
    settings = session.settings(config.search_path) | session.TREE_SETTINGS

    def open_() -> WireConnection:
        options = session.startup_options(settings)
        return WireConnection(server.socket, embedded.SUPERUSER, name, options)

    try:
        wire = open_()
    except describe.NoSuchDatabaseError:
        return None
    catalogs = cache.Store(server.folder / "catalogs", limit=_CATALOGS)
    key = _key(wire, name)
    if catalog is None and (kept := catalogs.get(key)):
        catalog = pickle.loads(kept)
    elif catalog is not None:
        catalogs.put(key, _packed(catalog))
    if catalog is None:
        wire.close()
        return None
    return Schema(catalog, open_, wire, key, catalogs)


def _packed(catalog: Catalog) -> bytes:
    """The catalog; few of a server's three thousand functions are spoken of in one project."""
    relations, functions = cache.LazyMapping(catalog.relations), cache.LazyMapping(
        catalog.functions
    )
    lazy = replace(catalog, relations=relations, functions=functions)
    return pickle.dumps(lazy, pickle.HIGHEST_PROTOCOL)


def _key(wire: WireConnection, name: str) -> str:
    """What the facts of the database are kept under; notes that it is in use."""
    [(*identity, used)] = wire.query(_DATABASE)
    if time.time_ns() - int(used or 0) > _MINUTE:
        wire.query(f"COMMENT ON DATABASE {name} IS '{time.time_ns():020d}'")
    return cache.catalog_key(repr(identity))


@contextmanager
def _made(
    server: Lent,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
) -> Iterator[tuple[Schema, bool]]:
    """Make a database that has all migrations applied; gives whether it stays for later runs."""
    from .. import database, migrate

    def run(connection: "Connection[TupleRow]", start: int) -> None:
        for migration in migrations[start:]:
            progress(f"migrating to {migration.version}")
            migrate.execute(connection, migration)
        connection.execute("DISCARD TEMP")  # which no later run would see

    own, path = _with_driver(server), config.search_path
    chain = cache.migration_chain([migration.up for migration in migrations], config)
    keep = bool(store)
    with database.migrated(own, chain, run, search_path=path, keep=keep) as connection:
        progress("asking PostgreSQL")
        name, facts = connection.info.dbname, describe.catalog(connection)
        with Schema(facts, lambda: database.connect(own, name, path)) as made:
            yield made, name.startswith(embedded.SCHEMA_DATABASE_PREFIX)


def _with_driver(server: Lent) -> "Server":
    """The server as psycopg reaches it."""
    from .. import database

    if not isinstance(server, EmbeddedServer):
        return server
    server.wait()
    return database.embedded_server(server)


_IDENTITY = """
SELECT version(),
       (SELECT array_agg(e::text ORDER BY e::text) FROM pg_available_extension_versions AS e),
       -- What the server, the database and the role have set otherwise than PostgreSQL does.
       (SELECT array_agg((name, setting)::text ORDER BY name) FROM pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session'))
"""

_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid,
       shobj_description(oid, 'pg_database') -- when it was last used, for templates.py
FROM pg_database WHERE datname = current_database()
"""
