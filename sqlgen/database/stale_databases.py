"""Scratch databases that killed runs of sqlgen left behind."""

import re
import secrets
import time
from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

_PREFIX = "sqlgen_scratch_"
_NAME = re.compile(r"sqlgen_scratch_(\d{10})_[0-9a-f]{12}(_c)?")
_CONNECTED = "_c"
_MINUTE = 60
_DAY = 24 * 3600


def new_scratch_name(*, connected: bool = False) -> str:
    """Return a unique name for a scratch database; it contains the time of its creation.

    *connected* tells others that its process is connected to it as long as it lives.
    """
    name = f"{_PREFIX}{int(time.time()):010d}_{secrets.token_hex(6)}"
    return name + _CONNECTED if connected else name


def drop_stale_databases(
    connection: psycopg.Connection[TupleRow], *, age: int = _DAY
) -> None:
    """Drop the scratch databases that are surely ours and no longer in use.

    Their names have our exact form and are older than *age* seconds, or a minute for those whose
    process would be connected if it lived; our role owns them, and nobody is connected. Somebody
    may connect at this moment, so `FORCE` is not used.
    """
    databases = connection.execute(
        "SELECT datname, extract(epoch FROM pg_catalog.now())::bigint FROM pg_catalog.pg_database AS d"
        " WHERE pg_catalog.starts_with(datname, %s)"
        " AND datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)",
        (_PREFIX,),
    ).fetchall()
    for name, now in databases:
        match = _NAME.fullmatch(name)
        if match and now - int(match[1]) >= (min(age, _MINUTE) if match[2] else age):
            with suppress(psycopg.Error):
                connection.execute(
                    sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
                )
