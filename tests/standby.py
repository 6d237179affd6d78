"""A primary server and a hot standby of it, from PostgreSQL's programs of the operating system."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from sqlgen.embedded.account import server_account
from sqlgen.embedded.programs.binaries import Binaries

SETTINGS = "listen_addresses=''\nfsync=off\nwal_level=replica\nmax_wal_senders=2\nshared_buffers='16MB'\n"


class Replication(NamedTuple):
    """The connection strings of the two servers, without a database."""

    primary: str
    standby: str

    def catch_up(self) -> None:
        """Wait until the standby has replayed all that the primary has written."""
        with (
            psycopg.connect(self.primary) as primary,
            psycopg.connect(self.standby, autocommit=True) as standby,
        ):
            row = primary.execute("SELECT pg_current_wal_lsn()").fetchone()
            has_replayed = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
            while standby.execute(has_replayed, row).fetchone() != (True,):
                time.sleep(0.01)


@contextmanager
def replication(binaries: Binaries) -> Iterator[Replication]:
    """Yield an empty primary, and a standby of it."""
    folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="standby-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        servers = _Servers(binaries.folder, folder)
        servers.run("initdb", "-D", "primary", "-A", "trust", "-U", "admin", "-N")
        with (folder / "primary/postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        primary = servers.start("primary", stack)
        host = f"{folder}/primary-socket"
        servers.run("pg_basebackup", "-h", host, "-U", "admin", "-D", "standby", "-R")
        yield Replication(primary, servers.start("standby", stack))


class _Servers:
    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        account = server_account()
        self._as: dict[str, Any] = {}
        if account.user is not None:
            self._as = {
                "user": account.user,
                "group": account.group,
                "extra_groups": [],
            }
            self._give_away(folder)

    def _give_away(self, path: Path) -> None:
        """Make the account that the servers run as the owner, for root."""
        if self._as:
            os.chown(path, self._as["user"], self._as["group"])

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL in the folder; its output is shown if it fails."""
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as,
        )

    def start(self, name: str, stack: ExitStack) -> str:
        """Start the server in the folder *name*, and return its URL."""
        socket = self._folder / f"{name}-socket"
        socket.mkdir()
        self._give_away(socket)
        options = f"-c unix_socket_directories={socket}"
        self.run(
            "pg_ctl", "start", "-w", "-D", name, "-o", options, "-l", f"{name}.log"
        )
        stack.callback(self.run, "pg_ctl", "stop", "-D", name, "-m", "immediate")
        return f"host={socket} user=admin dbname=postgres"
