"""The table of what a stopped migration needs to go on, beside the ledger, whose columns are SQLx's.

It is there only while a migration is stopped that has changed its session's settings, or whose down
file is being run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg import sql

from ..sessions.protocol import Operation, run_statement
from .ledger import Ledger

_CREATE = """
CREATE TABLE IF NOT EXISTS {} (
    version bigint PRIMARY KEY, settings text NOT NULL, down_checksum bytea
)
"""


@dataclass(frozen=True, slots=True)
class Resumption:
    """The settings of the session after the last statement that ran, where they are not the usual ones.

    `down_checksum` is that of the down file if it is being run.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    down_checksum: bytes | None = None


def read(ledger: Ledger, version: int) -> Operation[Resumption]:
    """Return what is stored for migration *version*; an empty one if nothing is."""
    if not (yield from _exists(ledger)):
        return Resumption()
    statement = sql.SQL("SELECT settings, down_checksum FROM {} WHERE version = %s")
    rows = yield from run_statement(statement.format(_identifier(ledger)), version)
    if not rows:
        return Resumption()
    ((settings, checksum),) = rows
    return Resumption(json.loads(settings), checksum and bytes(checksum))


def save(ledger: Ledger, version: int, resumption: Resumption) -> Operation[None]:
    """Store *resumption* for migration *version*, or delete it if it is empty."""
    if resumption == Resumption():
        return (yield from clear(ledger, version))
    table = _identifier(ledger)
    if not (yield from _exists(ledger)):
        yield from run_statement(sql.SQL(_CREATE).format(table))
    statement = sql.SQL(
        "INSERT INTO {} VALUES (%s, %s, %s) ON CONFLICT (version) DO UPDATE"
        " SET settings = excluded.settings, down_checksum = excluded.down_checksum"
    )
    settings = json.dumps(dict(resumption.settings), sort_keys=True)
    yield from run_statement(
        statement.format(table), version, settings, resumption.down_checksum
    )


def clear(ledger: Ledger, version: int) -> Operation[None]:
    """Delete what is stored for migration *version*, and the table with its last row."""
    if not (yield from _exists(ledger)):
        return
    table = _identifier(ledger)
    delete = sql.SQL("DELETE FROM {} WHERE version = %s").format(table)
    yield from run_statement(delete, version)
    left = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)
    if not (yield from run_statement(left)):
        yield from run_statement(sql.SQL("DROP TABLE {}").format(table))


def _exists(ledger: Ledger) -> Operation[bool]:
    name = _identifier(ledger).as_string(None)
    ((oid,),) = yield from run_statement("SELECT pg_catalog.to_regclass(%s)", name)
    return oid is not None


def _identifier(ledger: Ledger) -> sql.Identifier:
    return sql.Identifier(ledger.schema, f"{ledger.table}_resumption")
