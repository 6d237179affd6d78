"""The workflow of migrations on one database, as the command line runs it.

Every function takes a connection string, opens connections of its own, and raises `SqlgenError`
for what is wrong with the migrations and `ServerUnavailableError` where the database cannot be
reached. The ledger is *table*, its schema before a dot if it has one. *lock_timeout* is in seconds.
"""

from collections.abc import Callable, Sequence

from ..model.migration import Migration
from . import revert, ledger, repair, apply
from .protocol import Talk, converse
from .lock import locked
from .pending import Pending, to_apply
from .status import Standing, standing
from .apply import Done

TABLE = "_sqlgen_migrations"
LOCK_TIMEOUT = 60.0


def up(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
    to: int | None = None,
    allow_out_of_order: bool = False,
    progress: Callable[[Done], None] = lambda _: None,
) -> tuple[Done, ...]:
    """Apply the pending migrations in order, up to version *to*, each in its own transaction.

    All checks come before anything runs. *progress* is called after each migration.
    """

    def talk() -> Talk[tuple[Done, ...]]:
        work = apply.up(
            migrations,
            table,
            to=to,
            allow_out_of_order=allow_out_of_order,
            progress=progress,
        )
        return locked(work, lock_timeout)

    return converse(conninfo, talk)


def down(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
    steps: int = 1,
    to: int | None = None,
    progress: Callable[[Done], None] = lambda _: None,
) -> tuple[Done, ...]:
    """Revert the last *steps* migrations, or all that are later than *to* (0: all)."""

    def talk() -> Talk[tuple[Done, ...]]:
        work = revert.down(migrations, table, steps=steps, to=to, progress=progress)
        return locked(work, lock_timeout)

    return converse(conninfo, talk)


def status(
    conninfo: str, migrations: Sequence[Migration], *, table: str = TABLE
) -> tuple[Standing, ...]:
    """How each migration stands. Reads only, and takes no lock."""

    def talk() -> Talk[tuple[Standing, ...]]:
        applied = yield from ledger.read((yield from ledger.find_own(table)))
        return standing(migrations, applied)

    return converse(conninfo, talk)


def dry_run(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    to: int | None = None,
    allow_out_of_order: bool = False,
) -> Pending:
    """What `up` would do, with the same checks. Reads only, and takes no lock."""
    standings = status(conninfo, migrations, table=table)
    return to_apply(standings, to=to, allow_out_of_order=allow_out_of_order)


def baseline(
    conninfo: str,
    migrations: Sequence[Migration],
    to: int,
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[Migration, ...]:
    """Mark the migrations up to version *to* as applied, without running them; gives those."""
    return converse(
        conninfo, lambda: locked(repair.baseline(migrations, table, to), lock_timeout)
    )


def repair(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    versions: Sequence[int] | None = None,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[Standing, ...]:
    """Store the checksums of files that have changed, as they are now; gives how they stood."""
    return converse(
        conninfo,
        lambda: locked(repair.repair(migrations, table, versions), lock_timeout),
    )
