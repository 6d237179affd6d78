"""A folder of migrations -> a database that has them, for services that start.

    from sqlgen.migrate import apply

    apply(os.environ["DATABASE_URL"], Path(__file__).parent / "migrations")

Any number of processes may do so at once: one applies the migrations, the others wait.
"""

import asyncio
import tempfile
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from .. import parse, read
from ..conninfo import libpq_conninfo
from ..model.migration import Migration
from .adaptations.own_server import fit_if_embedded
from .apply import MigrationRun, apply_pending
from .ledgers.ledger import TABLE
from .runner import LOCK_TIMEOUT, patience
from .sessions.protocol import Operation
from .sessions.schemas import arun_locked, check_schema, run_locked


def apply(
    database: str | psycopg.Connection[Any],
    folder: str | Path | Traversable,
    *,
    table: str = TABLE,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_lock_timeout: float | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
) -> tuple[MigrationRun, ...]:
    """Apply the migrations of *folder* that *database* does not have yet, and return them.

    *database* is a connection string or URL, or an open connection, to whose database new
    connections are made (it is not used itself). *folder* is a path or a package's resource
    (`importlib.resources.files("app") / "migrations"`). Progress is logged under the name
    `sqlgen.migrate`. With *ignore_missing*, a release that is older than the database may start:
    after a rollback, or in a rolling deployment. *allow_out_of_order* applies migrations that are
    earlier than one that is applied. With *schema*, such as a tenant's, the migrations are applied
    in that schema, which is created if need be and has a ledger of its own: it comes first in the
    search path.

    With *statement_lock_timeout*, a statement waits for a table's lock no longer than these seconds. Its
    transaction is rolled back then, so that nobody queues behind it, and tried again after a pause, ten times in
    all.

    A server that does not accept connections yet is waited for, 10 seconds or the connection
    string's `connect_timeout`.

    Raises `SqlgenError` whose diagnostics say what is wrong with the migrations, or who holds the
    lock for more than *lock_timeout* seconds; `ServerUnavailableError` if the database cannot be
    reached; `TypeError` if *database* is neither, for instance because a variable is not set.
    """
    conninfo = _conninfo(database)
    migrations = fit_if_embedded(conninfo, _migrations(folder))
    operation = _operation(
        migrations,
        table,
        schema,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        statement_lock_timeout=statement_lock_timeout,
    )
    return run_locked(conninfo, operation, lock_timeout, schema=schema, create=True)


async def aapply(
    database: str | psycopg.AsyncConnection[Any],
    folder: str | Path | Traversable,
    *,
    table: str = TABLE,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_lock_timeout: float | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
) -> tuple[MigrationRun, ...]:
    """Apply the migrations as `apply` does, with asyncio."""
    conninfo = _conninfo(database)
    migrations = await asyncio.to_thread(fit_if_embedded, conninfo, _migrations(folder))
    operation = _operation(
        migrations,
        table,
        schema,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        statement_lock_timeout=statement_lock_timeout,
    )
    return await arun_locked(
        conninfo, operation, lock_timeout, schema=schema, create=True
    )


def _operation(
    migrations: tuple[Migration, ...],
    table: str,
    schema: str | None,
    *,
    allow_out_of_order: bool,
    ignore_missing: bool,
    statement_lock_timeout: float | None,
) -> Operation[tuple[MigrationRun, ...]]:
    if schema is not None:
        check_schema(schema, table)
    return apply_pending(
        migrations,
        table,
        to=None,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        progress=lambda _: None,
        patience=patience(statement_lock_timeout),
    )


def _conninfo(database: object) -> str:
    """Return the connection string, with the password that an open connection's `dsn` omits."""
    if isinstance(database, str):
        return libpq_conninfo(database)
    if not isinstance(database, psycopg.Connection | psycopg.AsyncConnection):
        raise TypeError(
            "`database` must be a connection string or an open connection, not"
            f" {type(database).__name__}; if it comes from the environment, is DATABASE_URL set?"
        )
    info = database.info
    return make_conninfo(
        info.dsn, **({"password": info.password} if info.password else {})
    )


def _migrations(folder: str | Path | Traversable) -> tuple[Migration, ...]:
    if isinstance(folder, str | Path):
        path = Path(folder)
        hint = f"pass the folder that has the migrations; this one is {path.absolute()}"
        # The service that calls this decides what is in the folder, also by links.
        return parse.migrations(
            read.sources(path.parent, path.name, hint=hint, outside=["/"], below=False)
        )
    with tempfile.TemporaryDirectory() as root:  # a resource may be in a zip file
        copy = Path(root) / (folder.name or "migrations")
        copy.mkdir()
        for file in folder.iterdir():
            if file.name.endswith(".sql"):
                (copy / file.name).write_bytes(file.read_bytes())
        return parse.migrations(read.sources(copy.parent, copy.name))
