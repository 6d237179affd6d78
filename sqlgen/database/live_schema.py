"""A live database -> the SQL of its schema, as pg_dump writes it; the database is only read."""

import hashlib
import os
import re
import subprocess
from typing import Final

from psycopg.conninfo import make_conninfo

from ..conninfo import parse_conninfo, redact
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.source import SourceFile
from .pg_dump import find_pg_dump
from .urls import url

_OPTIONS: Final = (
    *("--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces"),
    *("--no-publications", "--no-subscriptions", "--no-security-labels"),
    # Whoever changes a table holds a lock on it that pg_dump would wait for.
    *("--no-password", "--lock-wait-timeout=10s"),
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
    parameters = parse_conninfo(live_url)
    password = parameters.pop("password", None)
    parameters.setdefault("connect_timeout", "10")
    # A password on the command line would be seen by other users of the machine.
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    environment["PGOPTIONS"] = (
        f"{environment.get('PGOPTIONS', '')} -c default_transaction_read_only=on"
    ).strip()
    conninfo = make_conninfo("", **parameters)
    process = subprocess.run(
        (str(find_pg_dump()), *_OPTIONS, "--dbname", conninfo),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if process.returncode:
        output = process.stderr.decode("utf-8", "replace")
        message = redact(output, {**parameters, "password": password})
        raise _unavailable(
            f"the schema of the live database cannot be read: {message}",
            (
                "install a newer PostgreSQL or `sqlgen-postgres[embedded]`, whose pg_dump is used"
                if "version mismatch" in output
                else "check the URL of `schema`, and that its user may read all tables"
            ),
        )
    content = _VARYING.sub("", process.stdout.decode("utf-8", "replace"))
    place = f"schema of {url(conninfo, with_password=False)}"
    return SourceFile(place, content, hashlib.sha384(content.encode()).digest())


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
