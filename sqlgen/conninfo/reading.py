"""Connection string -> its parameters, if they cannot be mistaken.

libpq guesses what a string with unescaped special characters means, and quotes parts of the password
as the host, the port or the database's name. Such strings are refused.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from .masking import SECRETS

_DRIVER: Final = re.compile(r"\s*postgres(?:ql)?\+\w+://")
"""The start of an SQLAlchemy URL, which names a driver that libpq does not know."""
_URL: Final = re.compile(r"\w+://(?P<authority>[^/]*)(?P<path>[^?]*)(?P<query>.*)")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_PORTS: Final = re.compile(r"\d*(?:,\d*)*", re.ASCII)
_NUMBER: Final = re.compile(r"\s*[+-]?\d{1,9}\s*", re.ASCII)
_NUMBERS: Final = frozenset(
    {
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
    }
)
_PLACES: Final = frozenset({"host", "hostaddr", "dbname", "user"})
_ANOTHER_PARAMETER: Final = re.compile(r"\s*\w+\s*=")


def libpq_conninfo(conninfo: str) -> str:
    """Return a connection string as libpq understands it: SQLAlchemy's URLs without the driver.

    Whatever a user gives as the place of a database passes here, before it is given to libpq.
    """
    return _DRIVER.sub("postgresql://", conninfo, count=1)


def parse_conninfo(
    conninfo: str,
    *,
    raises: type[SqlgenError] = ConfigurationError,
    allow_empty: bool = False,
) -> dict[str, Any]:
    """Return the parameters of a connection string or URL, by libpq's keyword.

    Raises *raises* if it cannot be read or may be read in two ways, or if it has no parameters and
    not *allow_empty*. The message does not quote it: a part of it may be the password.
    """
    import psycopg  # slow, and not needed for messages
    from psycopg.conninfo import conninfo_to_dict

    conninfo = libpq_conninfo(conninfo)
    parameters: dict[str, Any] = {}
    readable = not _is_ambiguous(conninfo)
    if readable:
        try:
            parameters = conninfo_to_dict(conninfo)
        except (psycopg.ProgrammingError, UnicodeError):
            readable = False
    if not readable or not (parameters or allow_empty) or _has_mistaken(parameters):
        raise raises(
            _bad_url(
                "the connection URL cannot be read",
                "write it as `postgresql://user:password@host:port/database`, and"
                " percent-encode special characters of the password",
            )
        )
    for name in _NUMBERS.intersection(parameters):
        if not _NUMBER.fullmatch(str(parameters[name])):
            message = f"`{name}` of the connection URL is not a number"
            raise raises(_bad_url(message, "write a whole number"))
    return parameters


def check_database_name(name: str) -> None:
    """Raise `ConfigurationError` for the *name* of a database that is a URL, or no text."""
    mistaken = "://" in name or _ANOTHER_PARAMETER.match(name)
    if mistaken or _UNPRINTABLE.search(name) or not _is_encodable(name):
        raise ConfigurationError(
            _bad_url(
                "the database's name is a URL, or has characters that a name cannot have",
                "give a URL with `--database-url`",
            )
        )


def _is_encodable(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


def _is_ambiguous(conninfo: str) -> bool:
    """Return whether libpq may take a part of a URL's password for something else.

    It splits a URL at the first `@`, `/` and `?` (`conninfo_uri_parse_options` of fe-connect.c), all
    of which a password may have. NUL ends the string for it.
    """
    if _UNPRINTABLE.search(conninfo):
        return True
    if "://" not in conninfo.partition("=")[0]:
        return False
    url = _URL.fullmatch(conninfo)
    if url is None or re.search(r"\s", conninfo):
        return True
    authority, path, query = url["authority"], url["path"], url["query"]
    user = authority.rpartition("@")[0]
    return (
        "@" in user
        or "?" in user
        or "@" in path
        # The authority may be `user:password` up to a `/` in the password.
        or ("@" in query and ":" in authority)
    )


def _has_mistaken(parameters: Mapping[str, Any]) -> bool:
    """Return whether a value looks like what stood after it: another parameter, or a URL.

    `host= password=x` is the host `password=x` to libpq.
    """
    for name, value in parameters.items():
        if name in SECRETS:
            continue
        if _ANOTHER_PARAMETER.match(str(value)):
            return True
        if name in _PLACES and "://" in str(value):
            return True
        if name == "port" and not _PORTS.fullmatch(str(value)):
            return True
    return False


def _bad_url(message: str, hint: str) -> Diagnostic:
    return Diagnostic(code="bad-database-url", message=message, label=None, hint=hint)
