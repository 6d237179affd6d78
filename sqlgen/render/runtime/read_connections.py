"""The connections on which only queries run that are proved not to write: of a standby server, say."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from psycopg import AsyncTransaction, ConnectionInfo, Transaction

__all__ = ["AsyncReadConnection", "ReadConnection"]


class ReadConnection(Protocol):
    """A connection for queries that only read. Every `psycopg.Connection` is one."""

    @property
    def info(self) -> ConnectionInfo:
        """The state of the connection, and its parameters."""
        ...

    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AbstractContextManager[Transaction]:
        """Begin a transaction, or a savepoint within one."""
        ...

    def commit(self) -> None:
        """End the transaction."""

    def rollback(self) -> None:
        """End the transaction, without its changes."""

    def close(self) -> None:
        """Close the connection."""


class AsyncReadConnection(Protocol):
    """A connection for queries that only read. Every `psycopg.AsyncConnection` is one."""

    @property
    def info(self) -> ConnectionInfo:
        """The state of the connection, and its parameters."""
        ...

    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AbstractAsyncContextManager[AsyncTransaction]:
        """Begin a transaction, or a savepoint within one."""
        ...

    async def commit(self) -> None:
        """End the transaction."""

    async def rollback(self) -> None:
        """End the transaction, without its changes."""

    async def close(self) -> None:
        """Close the connection."""
