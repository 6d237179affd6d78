"""The table that says which migrations a database has, in the very form of SQLx's."""

from psycopg import sql

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Applied, Migration
from .protocol import Operation, run_statement

SQLX_TABLE = "_sqlx_migrations"

_CREATE = """
CREATE TABLE IF NOT EXISTS {} (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)
"""

# A name is looked up once: a migration may leave another search path behind.
_FIND = """
SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass(%s)
"""


def find(table: str) -> Operation[sql.Identifier | None]:
    """The ledger's name with its schema, or None where there is none yet."""
    rows = yield from run_statement(_FIND, _identifier(table).as_string(None))
    return sql.Identifier(*rows[0]) if rows else None


def find_own(table: str) -> Operation[sql.Identifier | None]:
    """As `find`, for a database that is ours.

    Raises `SqlgenError` for one that SQLx manages so far: running its migrations again under
    another ledger would be the last thing that anybody wants.
    """
    found = yield from find(table)
    if (
        found is None
        and table != SQLX_TABLE
        and (yield from find(SQLX_TABLE)) is not None
    ):
        raise SqlgenError(
            Diagnostic(
                code="sqlx-ledger",
                message=f"SQLx has migrated this database: it has a table `{SQLX_TABLE}`,"
                f" and none of the name `{table}`",
                label=None,
                hint=f'set `table = "{SQLX_TABLE}"` in `[tool.sqlgen.migrate]` to go on from there',
            )
        )
    return found


def ensure(table: str) -> Operation[sql.Identifier]:
    """The ledger's name with its schema; the table is made if need be.

    Raises `SqlgenError` as `find_own` does.
    """
    found = yield from find_own(table)
    if found is None:
        yield from run_statement(sql.SQL(_CREATE).format(_identifier(table)))
        found = yield from find(table)
    assert found is not None
    return found


def read(ledger: sql.Identifier | None) -> Operation[tuple[Applied, ...]]:
    """The ledger's rows by version; none where there is no ledger."""
    if ledger is None:
        return ()
    statement = sql.SQL(
        "SELECT version, description, installed_on, success, checksum, execution_time"
        " FROM {} ORDER BY version"
    )
    rows = yield from run_statement(statement.format(ledger))
    return tuple(
        Applied(
            version=version,
            description=description,
            installed_on=installed_on,
            success=success,
            checksum=bytes(checksum),
            execution_time=execution_time,
        )
        for version, description, installed_on, success, checksum, execution_time in rows
    )


def insert(
    ledger: sql.Identifier,
    migration: Migration,
    *,
    success: bool,
    execution_time: int = -1,
) -> Operation[None]:
    """Write the row of *migration*; -1 stands for a time not known yet, as in SQLx."""
    statement = sql.SQL(
        "INSERT INTO {} (version, description, success, checksum, execution_time)"
        " VALUES (%s, %s, %s, %s, %s)"
    )
    facts = (migration.version, migration.description, success, migration.up.sha384)
    yield from run_statement(statement.format(ledger), *facts, execution_time)


def update(
    ledger: sql.Identifier, version: int, *, success: bool, execution_time: int
) -> Operation[None]:
    """Say how far a migration came, or how long it took."""
    statement = sql.SQL(
        "UPDATE {} SET success = %s, execution_time = %s WHERE version = %s"
    )
    yield from run_statement(statement.format(ledger), success, execution_time, version)


def update_checksum(ledger: sql.Identifier, migration: Migration) -> Operation[None]:
    """Take the file as it is now for the one that was applied."""
    statement = sql.SQL("UPDATE {} SET checksum = %s WHERE version = %s")
    yield from run_statement(
        statement.format(ledger), migration.up.sha384, migration.version
    )


def delete(ledger: sql.Identifier, version: int) -> Operation[None]:
    """Forget a migration that was reverted."""
    yield from run_statement(
        sql.SQL("DELETE FROM {} WHERE version = %s").format(ledger), version
    )


def _identifier(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split(".", 1))
