"""An error of psycopg's -> the diagnostic of a server that refuses what sqlgen asks of it; pure."""

from typing import Final

import psycopg

from ..conninfo import mask_urls
from ..model.diagnostic import ServerUnavailableError, server_unavailable

_REFUSED: Final = frozenset(
    (
        *("08", "25", "28", "0A"),  # connections, read-only transactions, roles
        *("53", "54", "55", "57", "58"),  # resources, locks, administrators
        *("F0", "XX"),  # damages
    )
)
"""The classes of errors for which a statement need not be wrong (appendix A of the manual)."""

_NO_PRIVILEGE: Final = "42501"


def refusal(error: psycopg.Error) -> ServerUnavailableError | None:
    """Return the diagnostic; `None` if the statement is wrong, which is a bug of sqlgen's."""
    state = error.sqlstate or ""
    message = mask_urls(
        error.diag.message_primary or str(error).strip() or "no message"
    )
    if state == _NO_PRIVILEGE:
        hint = "grant the role what is missing, or let `server` or the URL name another role"
    elif not state or state[:2] in _REFUSED:
        hint = "run it again, or look at the server's log"
    else:
        return None
    return server_unavailable(
        f"the server refuses a statement of sqlgen's: {message}", hint
    )
