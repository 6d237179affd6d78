"""A development server that listens on a port: with a password, and as long as it is wanted."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sqlgen.database import development, tcp
from sqlgen.embedded.account import server_account
from sqlgen.model.diagnostic import ServerUnavailableError


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    development.remove(tmp_path)


@pytest.fixture
def free() -> tcp.Address:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return tcp.Address("127.0.0.1", taken.getsockname()[1])


def connects(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_port_needs_the_password(project: Path, free: tcp.Address) -> None:
    server = development.start(project, listen=free)
    by_socket = development.url(server, "app")
    by_port = development.tcp_url(project, "app")
    assert connects(by_socket)
    assert connects(by_port)
    assert not connects(make_conninfo(by_port, password="guessed"))
    password = str(conninfo_to_dict(by_port)["password"])
    assert not connects(by_port.replace(f":{password}@", "@"))
    folder = development._folder(project, server_account())
    assert stat.S_IMODE((folder / "tcp.json").stat().st_mode) == 0o600


def test_it_is_remembered_until_it_is_not_wanted(
    project: Path, free: tcp.Address
) -> None:
    development.start(project, listen=free)
    url = development.tcp_url(project, "postgres")
    development.stop(project)
    assert not connects(url)
    development.start(project)
    assert development.tcp_url(project, "postgres") == url
    assert connects(url)
    development.stop(project)
    server = development.start(project, listen=tcp.NOWHERE)
    assert connects(server.conninfo)
    assert not connects(url)
    with pytest.raises(ServerUnavailableError, match="listens on no port"):
        development.tcp_url(project, "postgres")


def test_a_running_server_is_not_stopped(project: Path, free: tcp.Address) -> None:
    server = development.start(project)
    with psycopg.connect(server.conninfo) as connection:
        with pytest.raises(ServerUnavailableError, match="listens elsewhere"):
            development.start(project, listen=free)
        connection.execute("SELECT")
    development.start(project, listen=tcp.NOWHERE)


def test_a_port_in_use(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        used = tcp.Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ServerUnavailableError, match="in use"):
            development.start(project, listen=used)
    assert connects(development.start(project).conninfo)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"host": 1, "port": "x"}'])
def test_a_broken_file_is_no_port(project: Path, content: str) -> None:
    development.start(project)
    development.stop(project)
    folder = development._folder(project, server_account())
    (folder / "tcp.json").write_text(content)
    assert connects(development.start(project).conninfo)
