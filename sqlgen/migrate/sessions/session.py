"""The working session: how it starts, what a migration leaves in it, and how that is put back."""

import re
from collections.abc import Mapping
from contextlib import suppress

import psycopg

from .protocol import Operation, run_statement

RESET_SESSION = (
    "CLOSE ALL; RESET SESSION AUTHORIZATION; RESET ALL; UNLISTEN *; DISCARD TEMP;"
    " DISCARD SEQUENCES; DEALLOCATE ALL"
)
"""Run after each file, so that it leaves nothing for the next one: a run of two is as two runs.

This is `DISCARD ALL` (sql-discard.html) without the release of advisory locks, one of which keeps
other processes out.
"""

RESET_SETTINGS = "RESET SESSION AUTHORIZATION; RESET ALL"
"""Run before the ledger is written in the transaction of a file."""

AS_SESSION_OWNER = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE"
"""Lets the rest of a transaction run as the user who connected, whatever role a file has set."""

# A setting of an extension or of the author, which pg_settings does not list.
_CUSTOM_SETTING = re.compile(
    r"(?:\bset\s+(?:session\s+)?|\bset_config\s*\(\s*')([a-z_][\w$]*(?:\.[a-z_][\w$]*)+)",
    re.IGNORECASE,
)

_READ_SETTINGS = """
SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
UNION ALL
SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.unnest(%s::pg_catalog.text[]) AS name
WHERE pg_catalog.current_setting(name, true) IS NOT NULL
UNION ALL SELECT 'session_authorization', session_user
UNION ALL SELECT 'role', pg_catalog.current_setting('role')
"""

_LAST = ("session_authorization", "role")
"""These are put back last, in this order: afterwards, the session may lack the right to the others."""


def reset_session() -> Operation[None]:
    """Discard what a file has left in the session, and make it fit to work in.

    The server must not end the session while it is idle, and must notice within a second
    that its client was killed, rather than run a statement to its end that nobody records.
    """
    yield from run_statement(RESET_SESSION)
    yield from run_statement("SET idle_session_timeout = 0")
    with suppress(psycopg.errors.InvalidParameterValue):  # a platform that lacks it
        yield from run_statement("SET client_connection_check_interval = 1000")


def read_settings(text: str) -> Operation[dict[str, str]]:
    """Return the settings that the session has of its own, the current role among them.

    *text* is the file that is run, which names the author's own settings.
    """
    custom = sorted({name.lower() for name in _CUSTOM_SETTING.findall(text)})
    return dict((yield from run_statement(_READ_SETTINGS, custom)))


def put_back_settings(settings: Mapping[str, str]) -> Operation[None]:
    """Give the session the settings that `read_settings` returned in an earlier one."""
    for name in (*(settings.keys() - set(_LAST)), *_LAST):
        if name in settings:
            yield from run_statement(
                "SELECT pg_catalog.set_config(%s, %s, false)", name, settings[name]
            )
