"""Connection string -> its parameters, and error messages without its password."""

import re
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError

__all__ = ["parse_conninfo", "redact"]

_AUTHORITY: Final = re.compile(r"\A\w+://([^/?#]*)")
_REJECTED_VALUE: Final = re.compile(r'(invalid \w+ (?:value|number)[^"]*)"[^"]*"')


def parse_conninfo(
    conninfo: str,
    *,
    raises: type[SqlgenError] = ConfigurationError,
    allow_empty: bool = False,
) -> dict[str, Any]:
    """Return the parameters of a connection string or URL, by libpq's keyword.

    Raises *raises* if it cannot be read, or if it has no parameters and not *allow_empty*. The
    message does not quote it, as libpq's own would: a part of it may be the password.
    """
    authority = _AUTHORITY.match(conninfo)
    try:
        parameters = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        pass
    else:
        # libpq takes what is after the first `@` for the host, and would quote it.
        ambiguous = authority is not None and authority[1].count("@") > 1
        if not ambiguous and (parameters or allow_empty):
            return parameters
    raise raises(
        Diagnostic(
            code="bad-database-url",
            message="the connection URL cannot be read",
            label=None,
            hint="write it as `postgresql://user:password@host:port/database`, and"
            " percent-encode special characters of the password",
        )
    )


def redact(message: str, parameters: dict[str, Any]) -> str:
    """Return an error message of libpq in one line, without the password among *parameters*.

    A part of a password with special characters may be taken for a port or another parameter.
    Such values are left out too.
    """
    text = "; ".join(line.strip() for line in message.splitlines() if line.strip())
    if password := parameters.get("password"):
        text = text.replace(str(password), "…")
    return _REJECTED_VALUE.sub(r"\1…", text)
