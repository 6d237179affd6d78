"""A live database -> the SQL of its schema, as pg_dump writes it; the database is only read."""

import hashlib
import re
from typing import Final

from psycopg.conninfo import make_conninfo

from ..conninfo import parse_conninfo
from ..model.diagnostic import server_unavailable
from ..model.source import SourceFile
from .pg_dump import run_pg_dump
from .urls import url

_OPTIONS: Final = (
    *("--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"),
    *("--no-publications", "--no-subscriptions", "--no-security-labels"),
    # Whoever changes a table holds a lock on it that pg_dump would wait for.
    "--lock-wait-timeout=10s",
)
_VARYING: Final = re.compile(
    r"^(?:\\(?:un)?restrict .*|-- Dumped (?:from database|by pg_dump) version .*)\n",
    re.M,
)
"""The lines of a dump that differ where the schema does not."""


def dumped_schema(live_url: str) -> SourceFile:
    """Return the schema of the database at *live_url*, without rows, owners and privileges.

    Raises `ConfigurationError` for a URL that cannot be read, and `ServerUnavailableError` if pg_dump
    is missing or fails.
    """
    parameters = {"connect_timeout": "10"} | parse_conninfo(live_url)
    output, error = run_pg_dump(
        parameters, _OPTIONS, session_options="-c default_transaction_read_only=on"
    )
    if error is not None:
        raise server_unavailable(
            f"the schema of the live database cannot be read: {error}",
            (
                "install a newer PostgreSQL or `sqlgen-postgres[embedded]`, whose pg_dump is used"
                if "version mismatch" in error
                else "check the URL of `schema`, and that its user may read all tables"
            ),
        )
    content = _VARYING.sub("", output.decode("utf-8", "replace"))
    parameters.pop("password", None)
    conninfo = make_conninfo("", **parameters)
    place = f"schema of {url(conninfo, with_password=False)}"
    return SourceFile(place, content, hashlib.sha384(content.encode()).digest())
