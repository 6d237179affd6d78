"""Queries and migrations -> what a server says of them.

Psycopg is imported only where a database must be made, or the server is not our own.
"""

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeAlias

from . import cache, describe, embedded
from .describe import Wire
from .embedded import Running
from .model import session
from .model.catalog import Catalog
from .model.config import Config, UnknownName
from .model.description import Description
from .model.diagnostic import Diagnostic
from .model.frozen import frozen
from .model.migration import Migration
from .model.query import Query
from .servers import Lent

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from .database import Server

Progress = Callable[[str], None]

Opened: TypeAlias = "Wire | Connection[TupleRow]"
"""A session on a database that has the schema."""

_HOUR = 3600 * 10**9
"""Nanoseconds between two notes of a database's use."""
_CATALOGS = 16 * 2**20
"""Bytes of catalogs that are kept beside a cluster: those of some ten databases."""


def identity(server: Lent) -> str:
    """What tells servers apart on which the same migrations may give other types."""
    from . import database

    own = _with_driver(server)
    with database.connection(own) as connection:
        row = connection.execute(_IDENTITY).fetchone()
    facts = (row, own.version, own.fingerprint)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@frozen
class Schema:
    """A database that has a project's migrations: its facts, and what opens a session on it."""

    catalog: Catalog
    open: Callable[[], AbstractContextManager["Opened"]]

    def ask(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[Description, ...], tuple[Diagnostic, ...]]:
        """What the server says of each query, and those that it refuses."""
        if not queries:
            return (), ()
        with self.open() as opened:
            outcomes = describe.queries(opened, self.catalog, queries)
        return (
            tuple(o for o in outcomes if isinstance(o, Description)),
            tuple(o for o in outcomes if isinstance(o, Diagnostic)),
        )

    def unknown_names(self, config: Config) -> tuple[UnknownName, ...]:
        """The names in the configuration that the database has nothing for."""
        return describe.unknown_names(config, self.catalog) if config.names else ()


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
    if not isinstance(server, Running) or not store:
        with _made(server, config, migrations, store, progress) as (schema, _):
            yield schema
        return
    server.wait()
    chain = cache.chain([migration.up for migration in migrations], config)
    name = embedded.template_name(
        server.fingerprint,
        server.version,
        chain[-1] if chain else "",
        config.search_path,
    )
    catalogs = cache.Store(server.folder / "catalogs", limit=_CATALOGS)

    def open_() -> Wire:
        settings = session.settings(config.search_path) | session.TREES
        return Wire(server.socket, embedded.USER, name, session.options(settings))

    key = _known(open_, progress)
    kept = catalogs.get(key) if key else None
    if kept:
        # The folder is ours alone, and its entries are whole and of this very code.
        yield Schema(pickle.loads(kept), open_)
        return
    with _made(server, config, migrations, store, progress) as (schema, is_kept):
        if is_kept:
            content = pickle.dumps(schema.catalog, pickle.HIGHEST_PROTOCOL)
            catalogs.put(_known(open_, progress), content)
            schema = Schema(schema.catalog, open_)
        yield schema


def _known(open_: Callable[[], Wire], progress: Progress) -> str:
    """The key of the facts of the database that a run before has left; empty if there is none."""
    progress("asking PostgreSQL")
    try:
        with open_() as wire:
            [(*identity, name, used)] = wire.rows(_DATABASE)
            if time.time_ns() - int(used or 0) > _HOUR:
                wire.rows(f"COMMENT ON DATABASE {name} IS '{time.time_ns():020d}'")
    except describe.NoSuchDatabaseError:
        return ""
    return cache.catalog(repr(identity))


@contextmanager
def _made(
    server: Lent,
    config: Config,
    migrations: Sequence[Migration],
    store: cache.Store,
    progress: Progress,
) -> Iterator[tuple[Schema, bool]]:
    """Make a database that has all migrations applied; gives whether it stays for later runs."""
    from . import database, migrate

    def run(connection: "Connection[TupleRow]", start: int) -> None:
        for migration in migrations[start:]:
            progress(f"migrating to {migration.version}")
            migrate.execute(connection, migration)
        connection.execute("DISCARD TEMP")  # which no later run would see

    own, path = _with_driver(server), config.search_path
    if store:
        chain = cache.chain([migration.up for migration in migrations], config)
        lent = database.migrated(own, chain, run, search_path=path)
    else:
        lent = _scratch(own, path, run)
    with lent as connection:
        progress("asking PostgreSQL")
        name = connection.info.dbname
        schema = Schema(
            describe.catalog(connection), lambda: database.connected(own, name, path)
        )
        yield schema, name.startswith(embedded.TEMPLATES)


@contextmanager
def _scratch(
    server: "Server",
    path: Sequence[str],
    run: Callable[["Connection[TupleRow]", int], None],
) -> Iterator["Connection[TupleRow]"]:
    from . import database

    with database.scratch(server, search_path=path) as connection:
        run(connection, 0)
        yield connection


def _with_driver(server: Lent) -> "Server":
    """The server as psycopg reaches it."""
    from . import database

    if not isinstance(server, Running):
        return server
    server.wait()
    return database.ours(server)


_IDENTITY = """
SELECT version(),
       (SELECT array_agg(e::text ORDER BY e::text) FROM pg_available_extension_versions AS e),
       -- What the server, the database and the role have set otherwise than PostgreSQL does.
       (SELECT array_agg((name, setting)::text ORDER BY name) FROM pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session'))
"""

_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid, datname,
       shobj_description(oid, 'pg_database') -- when it was last used, for templates.py
FROM pg_database WHERE datname = current_database()
"""
