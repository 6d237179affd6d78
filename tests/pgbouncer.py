"""A real PgBouncer between a test and its database."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from psycopg import ConnectionInfo
from psycopg.conninfo import make_conninfo

Pooler = Callable[..., str]

CONFIGURATION = """[databases]
* = host={socket} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
server_round_robin = {round_robin}
"""


@contextmanager
def poolers(info: ConnectionInfo) -> Iterator[Pooler]:
    """Yield a function that starts PgBouncer before a connection's database, and returns its URL."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "`make test-system` installs PgBouncer"
    with ExitStack() as stack:

        def start(mode: str, *, size: int = 5, round_robin: int = 0) -> str:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
            owner = Path(info.host).stat()  # PgBouncer refuses to run as root, too
            os.chown(folder, owner.st_uid, owner.st_gid)
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            file = folder / "pgbouncer.ini"
            file.write_text(
                CONFIGURATION.format(
                    socket=info.host,
                    port=info.port,
                    user=info.user,
                    own_port=port,
                    mode=mode,
                    size=size,
                    round_robin=round_robin,
                )
            )
            account: Any = {}
            if os.geteuid() == 0:
                account = {"user": owner.st_uid, "group": owner.st_gid}
            process = subprocess.Popen(
                [program, "-q", str(file)], stderr=subprocess.DEVNULL, **account
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while not _listens(port):
                assert process.poll() is None
                time.sleep(0.01)
            return make_conninfo(
                "", host="127.0.0.1", port=port, user=info.user, dbname=info.dbname
            )

        yield start


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
