"""A project's configuration -> the server that its builds ask, started when it is needed first."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ... import cache, embedded
from ...embedded import EmbeddedServer
from ...embedded.programs.binaries import in_folder
from ...model.config import Config
from ...model.progress import Progress

if TYPE_CHECKING:
    from ...database import Server

Resource = TypeVar("Resource")

ServerHandle: TypeAlias = "EmbeddedServer | Server"
"""A server to build with: one of our own, or one that was given."""


class ServerPool:
    """The server that a project's builds ask: started when it is needed, and kept until the end.

    Keeps one thing that was made of the server as well: the session of the current schema.
    """

    def __init__(self) -> None:
        self._server_stack = ExitStack()
        self._server: tuple[object, ServerHandle] | None = None
        self._resource_stack = ExitStack()
        self._resource: tuple[str, Any] | None = None

    def __enter__(self) -> "ServerPool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def lend(self) -> "ServerPool":
        """Return a pool that asks the same server, and keeps something else that was made of it."""
        return _BorrowedServer(self)

    def close(self) -> None:
        """Stop the server; it is started again when it is needed."""
        self._release_resource()
        self._server = None
        self._server_stack.close()

    def acquire(self, config: Config, progress: Progress) -> ServerHandle:
        """Return the server that *config* names; one of ours may still be starting.

        Raises `ServerUnavailableError` if it cannot be had.
        """
        identity = (cache.embedded_server(config), config.server, config.extensions)
        current = self._server
        if current is None or current[0] != identity or not _answers(current[1]):
            self.close()
            progress("starting PostgreSQL")
            current = self._server = identity, self._start(config, progress)
        return current[1]

    def cached(
        self, key: str, make: Callable[[], AbstractContextManager[Resource]]
    ) -> Resource:
        """Return what *make* has made of the server for that *key*, kept until another key is used.

        The one before is released first: it may be in the way. Raises what *make* raises.
        """
        if self._resource is None or self._resource[0] != key:
            self._release_resource()
            self._resource = key, self._resource_stack.enter_context(make())
        resource: Resource = self._resource[1]
        return resource

    def _release_resource(self) -> None:
        self._resource = None
        self._resource_stack.close()

    def _start(self, config: Config, progress: Progress) -> ServerHandle:
        if not config.is_embedded:
            from ... import database

            return database.external_server(config.server)
        extensions = config.root / config.extensions if config.extensions else None
        programs = config.server_programs
        server = embedded.start(
            extensions=extensions,
            progress=progress,
            binaries=in_folder(programs) if programs else None,
        )
        return self._server_stack.enter_context(server)


class _BorrowedServer(ServerPool):
    """A pool whose server is another's; that has to outlive it."""

    def __init__(self, owner: ServerPool) -> None:
        super().__init__()
        self._owner = owner

    def acquire(self, config: Config, progress: Progress) -> ServerHandle:
        """Return the owner's server."""
        return self._owner.acquire(config, progress)


def _answers(server: ServerHandle) -> bool:
    """Return whether the server is still there, and may be asked."""
    if isinstance(server, EmbeddedServer):
        return server.is_usable
    from ... import database

    return database.is_reachable(server)
