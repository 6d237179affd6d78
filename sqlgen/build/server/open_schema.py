"""Migrations -> a database that has them, on the server that builds ask.

Psycopg is imported only where a database must be made, or the server is not our own.
"""

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ... import cache, describe, embedded
from ...describe import WireConnection
from ...embedded import EmbeddedServer
from ...model import session
from ...model.catalog import Catalog
from ...model.config import Config
from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ...model.migration import Migration
from ...model.progress import Progress
from ..schema_origin import run_schema_script
from .interruption import Interruption
from .schema_session import SchemaSession
from .server_pool import ServerHandle

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from ...database import Server

_MINUTE: Final = 60 * 10**9
"""Nanoseconds between two updates of the time when a database was last used."""
_CATALOG_BYTES: Final = 16 * 2**20
"""Bytes of catalogs that are kept beside a cluster: those of some ten databases."""


def server_identity(server: ServerHandle) -> str:
    """Return what tells servers apart on which the same migrations may give other types."""
    from ... import database

    psycopg_server = with_driver(server)
    with database.maintenance_connection(psycopg_server) as connection:
        row = connection.execute(_IDENTITY).fetchone()
    facts = (row, psycopg_server.version, psycopg_server.fingerprint)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@contextmanager
def open_schema(
    server: ServerHandle,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
    interruption: Interruption | None = None,
) -> Iterator[SchemaSession]:
    """Lend a database that has all migrations: an earlier run's where there is one.

    Nothing of an earlier run is used, and nothing is kept, if the *store* keeps nothing. Raises
    `SqlgenError` if a migration fails, or if the *interruption* ends them.
    """
    stop = interruption or Interruption()
    if not isinstance(server, EmbeddedServer) or not store:
        with _migrate(server, config, migrations, store, progress, stop) as (
            migrated,
            _,
        ):
            yield migrated
        return
    server.wait()
    name = _database_name(server, config, migrations)
    progress("asking PostgreSQL")
    kept = _open_kept(server, config, name, store)
    if kept is None:
        with _migrate(server, config, migrations, store, progress, stop) as (
            migrated,
            is_kept,
        ):
            if not is_kept:
                yield migrated
                return
            catalog = migrated.catalog
        kept = _open_kept(server, config, name, store, catalog)
        assert kept is not None, "it was made just now"
    with kept:
        yield kept


def _database_name(
    server: EmbeddedServer, config: Config, migrations: Sequence[Migration]
) -> str:
    """Return the name of the database that has the migrations, as long as it is kept."""
    chain = cache.migration_chain([migration.up for migration in migrations], config)
    return embedded.schema_database_name(
        server.fingerprint,
        server.version,
        chain[-1] if chain else "",
        config.search_path,
    )


def _open_kept(
    server: EmbeddedServer,
    config: Config,
    name: str,
    store: cache.Store,
    catalog: Catalog | None = None,
) -> SchemaSession | None:
    """Open the database *name*; return None where it or its catalog is not there.

    Catalogs are kept beside the cluster, since they are full of its oids; that of a new database is
    given as *catalog*. Entries are those that the user's own builds have written, with the secret
    of the *store*, and of this very code.
    """
    settings = session.settings(config.search_path) | session.TREE_SETTINGS

    def connect() -> WireConnection:
        options = session.startup_options(settings)
        return WireConnection(server.socket, embedded.SUPERUSER, name, options)

    catalogs = store.elsewhere(server.folder / "catalogs", limit=_CATALOG_BYTES)
    try:
        wire = connect()
    except describe.NoSuchDatabaseError:
        return None
    except ServerUnavailableError:
        if catalog is not None:  # it was made just now
            raise
        _renew(server)
        return None
    try:
        [(oid, used)] = wire.query(_DATABASE)
        is_intact = server.is_intact(int(oid))
    except ServerUnavailableError:
        is_intact, oid, used = False, "", ""
    if not is_intact:
        wire.close()
        _renew(server)
        return None
    key = cache.catalog_key(repr((server.identity, oid)))
    if time.time_ns() - int(used or 0) > _MINUTE:
        server.note_write()
        wire.query(f"COMMENT ON DATABASE {name} IS '{time.time_ns():020d}'")
    if catalog is not None:
        catalogs.put(key, _pickle(catalog))
    elif content := catalogs.get(key):
        catalog = pickle.loads(content)
    if catalog is None:
        wire.close()
        return None
    return SchemaSession(catalog, connect, wire, key, catalogs)


def _renew(server: EmbeddedServer) -> None:
    """Make the cluster anew, since a database that is kept there is damaged."""
    server.renew()
    server.wait()


def _pickle(catalog: Catalog) -> bytes:
    """Pickle the catalog; few of a server's three thousand functions are used in one project."""
    relations = cache.LazyMapping(catalog.relations)
    functions = cache.LazyMapping(catalog.functions)
    lazy = replace(catalog, relations=relations, functions=functions)
    return pickle.dumps(lazy, pickle.HIGHEST_PROTOCOL)


@contextmanager
def _migrate(
    server: ServerHandle,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
    interruption: Interruption,
) -> Iterator[tuple[SchemaSession, bool]]:
    """Make a database with all migrations; lend it, and tell whether it stays for later runs."""
    from ... import database

    def apply(connection: "Connection[TupleRow]", start: int) -> None:
        fitted = fitted_scripts(psycopg_server, migrations[start:], notes.append)
        with interruption.guarding(psycopg_server, connection.info.dbname):
            for migration in fitted:
                interruption.begin(migration.up)
                progress(
                    f"running {config.schema}"
                    if config.schema
                    else f"migrating to {migration.version}"
                )
                run_script(psycopg_server, connection, config, migration)
        connection.execute("DISCARD TEMP")  # which no later run would see

    notes: list[Diagnostic] = []
    psycopg_server, path = with_driver(server), config.search_path
    chain = cache.migration_chain([migration.up for migration in migrations], config)
    keep = bool(store)
    with database.migrated(
        psycopg_server, chain, apply, search_path=path, keep=keep
    ) as connection:
        progress("asking PostgreSQL")
        name, catalog = connection.info.dbname, describe.catalog(connection)
        with SchemaSession(
            catalog,
            lambda: database.connect(psycopg_server, name, path),
            notes=notes,
        ) as migrated:
            yield migrated, name.startswith(embedded.SCHEMA_DATABASE_PREFIX)


def fitted_scripts(
    server: "Server",
    migrations: Sequence[Migration],
    note: Callable[[Diagnostic], None],
) -> tuple[Migration, ...]:
    """Return the migrations as they may run in a scratch database; *note* is told of roles."""
    from ... import database, migrate

    make_roles = None if server.embedded else database.make_roles
    with database.maintenance_connection(server) as maintenance:
        return migrate.fit_for_server(maintenance, migrations, make_roles, note)


def run_script(
    server: "Server",
    connection: "Connection[TupleRow]",
    config: Config,
    migration: Migration,
) -> None:
    """Run a fitted script on the scratch database that *connection* is to; raise `SqlgenError` if it fails."""
    from psycopg.conninfo import make_conninfo

    conninfo = make_conninfo(server.conninfo, dbname=connection.info.dbname)
    run_schema_script(connection, conninfo, config, migration)


def with_driver(server: ServerHandle) -> "Server":
    """Return the server as psycopg reaches it."""
    from ... import database

    if not isinstance(server, EmbeddedServer):
        return server
    server.wait()
    return database.embedded_server(server)


_IDENTITY = """
SELECT pg_catalog.version(),
       (SELECT pg_catalog.array_agg(e::pg_catalog.text ORDER BY e::pg_catalog.text) FROM pg_catalog.pg_available_extension_versions AS e),
       -- What the server, the database and the role have set otherwise than PostgreSQL does.
       (SELECT pg_catalog.array_agg((name, setting)::pg_catalog.text ORDER BY name) FROM pg_catalog.pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session'))
"""

_DATABASE = """
SELECT oid,
       pg_catalog.shobj_description(oid, 'pg_database') -- when it was last used, see database/migrated_databases.py
FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
"""
