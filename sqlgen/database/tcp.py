"""A development server -> the port that it listens on, if it is asked to: for programs that know no sockets.

Everybody on the machine can reach a port, so that connections to it need a password. It is in a file of
the cluster's folder that only the user can read.
"""

import json
import os
import secrets
import socket
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ..embedded.clusters.initdb import SUPERUSER
from ..model.diagnostic import server_unavailable
from ..model.frozen import frozen

_FILE: Final = "tcp.json"
_HBA_FILE: Final = "hba.conf"
_HBA: Final = """\
# Who may connect: by the socket, whom the folder of it lets in; by the port, who has the password.
local all all trust
host all all all scram-sha-256
"""


@frozen
class Address:
    """Where a server listens: at `host`, an IP address or a name of this machine, on `port`."""

    host: str
    port: int


NOWHERE: Final = Address("", 0)
"""The address of a server that listens on no port."""


@frozen
class Login:
    """An address, and the password of the superuser there."""

    address: Address
    password: str


def login(folder: Path) -> Login | None:
    """Return how the server on the cluster in *folder* is reached by a port; None if it is by none."""
    try:
        content = json.loads((folder / _FILE).read_text("utf-8"))
        host, port, password = content["host"], content["port"], content["password"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if not (isinstance(host, str) and isinstance(port, int)):
        return None
    return Login(Address(host, port), str(password))


def address(folder: Path) -> Address:
    """Return where the server on the cluster in *folder* listens, or will when it starts."""
    known = login(folder)
    return known.address if known else NOWHERE


def new_login(listen: Address) -> Login | None:
    """Return a login at the address *listen*, with a new password; None for `NOWHERE`."""
    return None if listen == NOWHERE else Login(listen, secrets.token_urlsafe(18))


def settings(folder: Path, login: Login | None) -> dict[str, str]:
    """Return the settings of a server that has that login, after writing the file that they name.

    Raises `ServerUnavailableError` if the port cannot be had.
    """
    if login is None:
        return {}
    _check_port(login.address)
    hba = folder / _HBA_FILE
    _write(hba, _HBA, 0o644)  # the server may run as another user
    return {"listen_addresses": login.address.host, "hba_file": str(hba)}


def remember(folder: Path, login: Login | None, socket: str) -> None:
    """Set the password on the server, and keep the login for its next start; with None, forget it.

    *socket* is the connection string of the running server's socket.
    """
    file = folder / _FILE
    if login is None:
        file.unlink(missing_ok=True)
        return
    with psycopg.connect(socket, autocommit=True) as connection:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        user, password = sql.Identifier(SUPERUSER), sql.Literal(login.password)
        connection.execute(statement.format(user, password))
    known = {
        "host": login.address.host,
        "port": login.address.port,
        "password": login.password,
    }
    _write(file, json.dumps(known), 0o600)


def conninfo(login: Login) -> str:
    """Return the connection string of the maintenance database by the port."""
    host = {"*": "localhost", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(
        login.address.host, login.address.host
    )
    return make_conninfo(
        host=host,
        port=login.address.port,
        user=SUPERUSER,
        password=login.password,
        dbname="postgres",
    )


def _check_port(address: Address) -> None:
    """Raise `ServerUnavailableError` if nobody can listen there now: PostgreSQL's error does not say why."""
    host = {"*": "0.0.0.0"}.get(address.host, address.host)
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, address.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        raise server_unavailable(
            f"port {address.port} of {address.host} cannot be used: {error.strerror}",
            "name another one with `sqlgen db start --port`, or 0 for none",
        ) from None


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file of the cluster's folder anew, which is not followed if it is a link."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, mode), "w", encoding="utf-8") as file:
        file.write(text)
