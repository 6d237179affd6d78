"""Connections to a server that is not there yet, or not at all."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate
from sqlgen.migrate.sessions.connection import aconnect
from sqlgen.model.diagnostic import ServerUnavailableError


@contextmanager
def late_port(server: database.Server, seconds: float) -> Iterator[int]:
    """Give a TCP port on which *server* is reached after some time, and refused before."""
    with psycopg.connect(server.conninfo) as connection:
        path = f"{connection.info.host}/.s.PGSQL.{connection.info.port}"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    listening: list[socket.socket] = []

    def pump(source: socket.socket, target: socket.socket) -> None:
        with source, target, suppress(OSError):  # the other direction has ended
            while data := source.recv(65536):
                target.sendall(data)

    def listen() -> None:
        time.sleep(seconds)
        with socket.create_server(("127.0.0.1", port)) as listener:
            listening.append(listener)
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(path)
                for pair in ((client, upstream), (upstream, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield port
    listening[0].shutdown(socket.SHUT_RDWR)
    thread.join()


def at_port(conninfo: str, port: int, seconds: int) -> str:
    return make_conninfo(conninfo, host="127.0.0.1", port=port, connect_timeout=seconds)


def test_a_server_that_is_still_starting_is_waited_for(
    server: database.Server, connection: psycopg.Connection[TupleRow], conninfo: str
) -> None:
    with late_port(server, 0.3) as port:
        assert migrate.status(at_port(conninfo, port, 20), ()) == ()

    async def connect(port: int) -> str:
        session = await aconnect(at_port(conninfo, port, 20))
        async with session:
            return session.info.dbname

    with late_port(server, 0.3) as port:
        assert asyncio.run(connect(port)) == connection.info.dbname


@pytest.mark.parametrize("where", ["127.0.0.1", "/nowhere"])
def test_a_server_that_does_not_come_is_reported(where: str) -> None:
    conninfo = f"host={where} port=1 dbname=x connect_timeout=0"
    with pytest.raises(ServerUnavailableError) as caught:
        migrate.status(conninfo, ())
    assert caught.value.diagnostics[0].hint.startswith("check the database's URL")
