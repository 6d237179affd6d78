"""Runs operations in a schema of their own: one schema for each tenant, each with its ledger.

The session's search path is the schema, and then what it was before. It is a connection parameter,
so that the reset after each migration returns to it.
"""

import logging
from typing import Final

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ...conninfo import libpq_conninfo
from ...model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ...model.session import quoted_search_path, startup_options
from .connection import NOTICE
from .lock import with_lock
from .protocol import (
    Operation,
    ResultT,
    arun_operation,
    run_operation,
    run_statement,
)

LOGGER = logging.getLogger("sqlgen.migrate")

LONGEST_NAME: Final = 63
"""Bytes of an identifier; PostgreSQL cuts off the rest (`NAMEDATALEN`)."""


def check_schema(schema: str, table: str) -> None:
    """Raise `ConfigurationError` for a name that no schema has, or a *table* in another schema."""
    problem = hint = ""
    if not schema or "\0" in schema or len(schema.encode()) > LONGEST_NAME:
        problem = f"`{schema}` cannot be the name of a schema"
        hint = f"use a name of 1 to {LONGEST_NAME} bytes"
    elif "." in table:
        problem = (
            f"each schema has a ledger of its own, and `{table}` names a schema, too"
        )
        hint = f'write `table = "{table.rpartition(".")[2]}"`'
    if problem:
        raise ConfigurationError(
            Diagnostic(code="bad-schema", message=problem, label=None, hint=hint)
        )


def run_locked(
    conninfo: str,
    operation: Operation[ResultT],
    lock_timeout: float,
    *,
    schema: str | None = None,
    create: bool = False,
) -> ResultT:
    """Run *operation* under the lock; in *schema*, unless that is `None`.

    With *create*, a schema that does not exist is created. Raises `SqlgenError` if it does not exist,
    or may not be used.
    """
    if schema is None:
        return run_operation(conninfo, with_lock(operation, lock_timeout))
    preparation = with_lock(_prepare(schema, create=create), lock_timeout)
    path = run_operation(conninfo, preparation)
    operation = with_lock(_within(schema, operation), lock_timeout)
    return run_operation(_on_path(conninfo, schema, path), operation)


async def arun_locked(
    conninfo: str,
    operation: Operation[ResultT],
    lock_timeout: float,
    *,
    schema: str | None = None,
    create: bool = False,
) -> ResultT:
    """Run *operation* as `run_locked` does, with asyncio."""
    if schema is None:
        return await arun_operation(conninfo, with_lock(operation, lock_timeout))
    preparation = with_lock(_prepare(schema, create=create), lock_timeout)
    path = await arun_operation(conninfo, preparation)
    operation = with_lock(_within(schema, operation), lock_timeout)
    return await arun_operation(_on_path(conninfo, schema, path), operation)


def _prepare(schema: str, *, create: bool) -> Operation[str]:
    """Return the session's search path, once *schema* is there."""
    exists = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s"
    if not (yield from run_statement(exists, schema)):
        if not create:
            raise SqlgenError(
                Diagnostic(
                    code="no-schema",
                    message=f"there is no schema `{schema}`",
                    label=None,
                    hint=f"create it with `sqlgen migrate up --schema {schema}`",
                )
            )
        statement = sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema))
        yield from run_statement(statement)
        LOGGER.log(NOTICE, "created the schema %s", schema)
    ((path,),) = yield from run_statement(
        "SELECT pg_catalog.current_setting('search_path')"
    )
    return str(path)


def _within(schema: str, operation: Operation[ResultT]) -> Operation[ResultT]:
    """Run *operation* if tables are created in *schema*, and not in the next one of the path."""
    ((current,),) = yield from run_statement("SELECT pg_catalog.current_schema()")
    if current != schema:
        raise SqlgenError(
            Diagnostic(
                code="schema-not-usable",
                message=f"this user may not use the schema `{schema}`",
                label=None,
                hint="run `GRANT USAGE, CREATE ON SCHEMA … TO …` as its owner",
            )
        )
    return (yield from operation)


def _on_path(conninfo: str, schema: str, path: str) -> str:
    """Return the connection string with *schema* before the schemas of *path*."""
    conninfo = libpq_conninfo(conninfo)
    first = quoted_search_path([schema])
    setting = {"search_path": f"{first}, {path}" if path.strip() else first}
    options = conninfo_to_dict(conninfo).get("options") or ""
    return make_conninfo(
        conninfo, options=f"{options} {startup_options(setting)}".strip()
    )
