"""Scratch databases that runs before left behind because they were killed."""

import re
import secrets
import time
from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

_PREFIX = "sqlgen_scratch_"
_NAME = re.compile(r"sqlgen_scratch_(\d{10})_[0-9a-f]{12}")
_DAY = 24 * 3600


def new_name() -> str:
    """A name for a scratch database that nobody else has, and that tells when it was made."""
    return f"{_PREFIX}{int(time.time()):010d}_{secrets.token_hex(6)}"


def drop_leftovers(
    connection: psycopg.Connection[TupleRow], *, age: int = _DAY
) -> None:
    """Drop the scratch databases that are provably ours and dead.

    That is: of our name's exact form, owned by our role, older than *age* seconds by the name, and
    with nobody connected; and without FORCE, should somebody come at this moment.
    """
    found = connection.execute(
        "SELECT datname, extract(epoch FROM now())::bigint FROM pg_database AS d"
        " WHERE starts_with(datname, %s)"
        " AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)",
        (_PREFIX,),
    ).fetchall()
    for name, now in found:
        match = _NAME.fullmatch(name)
        if match and now - int(match[1]) >= age:
            with suppress(psycopg.Error):
                connection.execute(
                    sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
                )
