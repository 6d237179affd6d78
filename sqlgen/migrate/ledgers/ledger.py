"""The ledger: the table of the migrations that a database has, with the columns of SQLx's."""

from dataclasses import dataclass

from psycopg import sql

from ...model.diagnostic import Diagnostic, SqlgenError
from ...model.migration import Applied, Migration
from ..sessions.protocol import Operation, run_statement

TABLE = "_sqlgen_migrations"
"""The ledger's table, if the project does not name another one."""

SQLX_TABLE = "_sqlx_migrations"

_CREATE = """
CREATE TABLE IF NOT EXISTS {} (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT pg_catalog.now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)
"""

# The schema is the one in which the table would be created, as SQLx's `CREATE TABLE IF NOT EXISTS`
# does: a ledger of a later schema of the search path belongs to somebody else's tables. The name is
# looked up only once, because a migration may change the search path.
_FIND = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = %s AND n.nspname = coalesce(%s, pg_catalog.current_schema()) AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The name of a ledger's table, and of its schema."""

    schema: str
    table: str

    @property
    def identifier(self) -> sql.Identifier:
        """Return the table's name for a statement."""
        return sql.Identifier(self.schema, self.table)

    def __str__(self) -> str:
        """Return the table's name with its schema, for people."""
        return f"{self.schema}.{self.table}"


def find(table: str, schema: str | None = None) -> Operation[Ledger | None]:
    """Return the ledger's name with its schema, or `None` if there is no ledger yet.

    It is looked for in *schema*, else in the one that *table* names, else in the first one of the
    search path that exists.
    """
    own_schema, _, name = table.rpartition(".")
    rows = yield from run_statement(_FIND, name, schema or own_schema or None)
    return Ledger(*rows[0]) if rows else None


def find_own(table: str, schema: str | None = None) -> Operation[Ledger | None]:
    """Return the ledger's name as `find` does.

    Raises `SqlgenError` if only SQLx's ledger is there, unless the project has named its own: all of
    SQLx's migrations would run again.
    """
    name = yield from find(table, schema)
    if (
        name is None
        and table == TABLE
        and (yield from find(SQLX_TABLE, schema)) is not None
    ):
        raise SqlgenError(
            Diagnostic(
                code="sqlx-ledger",
                message=f"SQLx has migrated this database: it has a table `{SQLX_TABLE}`,"
                f" and no table `{table}`",
                label=None,
                hint=f'set `table = "{SQLX_TABLE}"` in `[tool.sqlgen.migrate]` to go on from there,'
                " or another name for a ledger beside SQLx's",
            )
        )
    return name


def ensure(table: str) -> Operation[Ledger]:
    """Return the ledger's name with its schema, and create the table if there is none.

    Raises `SqlgenError` as `find_own` does.
    """
    name = yield from find_own(table)
    if name is None:
        yield from run_statement(sql.SQL(_CREATE).format(_identifier(table)))
        name = yield from find(table)
    assert name is not None
    return name


def read(ledger: Ledger | None) -> Operation[tuple[Applied, ...]]:
    """Return the ledger's rows by version; none if there is no ledger."""
    if ledger is None:
        return ()
    statement = sql.SQL(
        "SELECT version, description, installed_on, success, checksum, execution_time"
        " FROM {} ORDER BY version"
    )
    rows = yield from run_statement(statement.format(ledger.identifier))
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
    ledger: Ledger,
    migration: Migration,
    *,
    success: bool,
    execution_time: int = -1,
) -> Operation[None]:
    """Insert the row of *migration*; a time of -1 is not known yet, as in SQLx."""
    statement = sql.SQL(
        "INSERT INTO {} (version, description, success, checksum, execution_time)"
        " VALUES (%s, %s, %s, %s, %s)"
    )
    values = (migration.version, migration.description, success, migration.up.sha384)
    yield from run_statement(
        statement.format(ledger.identifier), *values, execution_time
    )


def update(
    ledger: Ledger, version: int, *, success: bool, execution_time: int
) -> Operation[None]:
    """Record that a migration is complete, or how far it came.

    *execution_time* is as in `Applied`.
    """
    statement = sql.SQL(
        "UPDATE {} SET success = %s, execution_time = %s WHERE version = %s"
    )
    yield from run_statement(
        statement.format(ledger.identifier), success, execution_time, version
    )


def update_checksum(ledger: Ledger, migration: Migration) -> Operation[None]:
    """Store the checksum of the up file as it is now."""
    statement = sql.SQL("UPDATE {} SET checksum = %s WHERE version = %s")
    yield from run_statement(
        statement.format(ledger.identifier), migration.up.sha384, migration.version
    )


def delete(ledger: Ledger, version: int) -> Operation[None]:
    """Delete the row of a migration that was reverted."""
    yield from run_statement(
        sql.SQL("DELETE FROM {} WHERE version = %s").format(ledger.identifier), version
    )


def _identifier(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split(".", 1))
