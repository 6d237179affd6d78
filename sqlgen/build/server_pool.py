"""A project's configuration -> the server that its builds ask, started when it is needed first."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .. import cache, embedded
from ..embedded import EmbeddedServer
from ..model.config import Config

if TYPE_CHECKING:
    from ..database import Server

Kept = TypeVar("Kept")

Progress = Callable[[str], None]

Lent: TypeAlias = "EmbeddedServer | Server"
"""A server to build with: one of our own, or one that was given."""


class Servers:
    """The server that a project's builds ask: started when it is needed, and then kept until the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lent: tuple[object, Lent] | None = None
        self._things = ExitStack()
        self._kept: tuple[str, Any] | None = None

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop it; it is started again when it is needed."""
        self._forget()
        self._lent = None
        self._stack.close()

    def get(self, config: Config, progress: Progress) -> Lent:
        """The server that *config* names; one of ours may still be starting.

        Raises `ServerUnavailableError` if it cannot be had.
        """
        wanted = (cache.embedded_server(config), config.server, config.extensions)
        kept = self._lent
        if kept is None or kept[0] != wanted or not _answers(kept[1]):
            self.close()
            progress("starting PostgreSQL")
            kept = self._lent = wanted, self._started(config, progress)
        return kept[1]

    def keep(self, key: str, make: Callable[[], AbstractContextManager[Kept]]) -> Kept:
        """What *make* has made of the server for that *key*, kept until another one is asked for.

        The one before goes first: it may be in the way. Raises what *make* raises.
        """
        if self._kept is None or self._kept[0] != key:
            self._forget()
            self._kept = key, self._things.enter_context(make())
        found: Kept = self._kept[1]
        return found

    def _forget(self) -> None:
        self._kept = None
        self._things.close()

    def _started(self, config: Config, progress: Progress) -> Lent:
        if config.server != "embedded":
            from .. import database

            return database.external_server(config.server)
        extensions = config.root / config.extensions if config.extensions else None
        lent = embedded.start(extensions=extensions, progress=progress)
        return self._stack.enter_context(lent)


def _answers(server: Lent) -> bool:
    """Whether the server is still there."""
    if isinstance(server, EmbeddedServer):
        import socket

        with socket.socket(socket.AF_UNIX) as knocking:
            return knocking.connect_ex(str(server.socket)) == 0
    from .. import database

    return database.is_reachable(server)
