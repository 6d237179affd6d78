"""A database that has a project's schema -> its catalog, and descriptions of queries.

Psycopg is imported only where the server is not our own.
"""

import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from ... import cache, describe, infer
from ...describe import WireConnection
from ...infer import SchemaDiff
from ...model.catalog import Catalog
from ...model.config import Config, UnknownName
from ...model.definitions import Definitions
from ...model.description import Description
from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ...model.documentation import DocumentedSchema
from ...model.privileges import Privileges
from ...model.query import Query
from ...model.routines import TypedRoutines

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

Session: TypeAlias = "WireConnection | Connection[TupleRow]"
"""A connection to a database that has the schema, with or without psycopg."""

_NO_STORE = cache.Store(None)


class SchemaSession:
    """A database that has a project's migrations: its catalog, and a session to ask about queries.

    *connect* opens a connection; *connection* is one that is open already. A forked process opens one
    of its own. *catalog_key* is the catalog's key in *catalogs*, if it is kept there. *notes* are about the
    way in which the migrations were run.
    """

    def __init__(
        self,
        catalog: Catalog,
        connect: "Callable[[], AbstractContextManager[Session]]",
        connection: WireConnection | None = None,
        catalog_key: str = "",
        catalogs: cache.Store = _NO_STORE,
        notes: Sequence[Diagnostic] = (),
    ) -> None:
        self.catalog = catalog
        self.catalog_key = catalog_key
        self.notes = tuple(notes)
        self._catalogs = catalogs
        self._connect = connect
        self._privileges: dict[frozenset[str], Privileges] = {}
        self._stack = ExitStack()
        self._connection: tuple[int, Session] | None = None
        if connection:
            self._connection = os.getpid(), self._stack.enter_context(connection)

    def __enter__(self) -> "SchemaSession":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection = None
        self._stack.close()

    def rest(self) -> None:
        """Close the connection, so that the database can be copied; it is opened again when it is needed."""
        if self._connection and self._connection[0] == os.getpid():
            self._connection = None
            self._stack.close()

    def describe(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[Description, ...], tuple[Diagnostic, ...]]:
        """Return what the server says of the queries, and why it refuses the others."""
        outcomes = self.describe_each(queries)
        return (
            tuple([o for o in outcomes if isinstance(o, Description)]),
            tuple([o for o in outcomes if isinstance(o, Diagnostic)]),
        )

    def describe_each(
        self, queries: Sequence[Query]
    ) -> Sequence[Description | Diagnostic]:
        """Return what the server says of each query, in their order, or why it refuses it.

        A connection that is gone, though the server is not, is opened again.
        """
        try:
            return describe.queries(self._connected(), self.catalog, queries)
        except ServerUnavailableError:
            self._connection = None
            return describe.queries(self._connected(), self.catalog, queries)

    def answer(self, statement: str) -> list[tuple[str, ...]] | str:
        """Run a simple query; return its rows as texts, or the message of its error."""
        return describe.answer(self._connected(), statement)

    def answers(self, statements: Sequence[str]) -> list[list[tuple[str, ...]] | str]:
        """Run simple queries as `answer` does, without waiting for each where the server is our own."""
        return describe.answers(self._connected(), statements)

    def changes_since(self, catalog_key: str) -> SchemaDiff | None:
        """Return what changed since the catalog of that key; None where that may be anything."""
        before = (
            self._catalogs.get(catalog_key)
            if catalog_key and self.catalog_key
            else None
        )
        return (
            infer.diff_schemas(pickle.loads(before), self.catalog) if before else None
        )

    def privileges(self, roles: frozenset[str]) -> Privileges:
        """Return the privileges of the *roles*, and of those as whom views and functions run."""
        if roles not in self._privileges:
            self._privileges[roles] = describe.privileges(self._connected(), roles)
        return self._privileges[roles]

    def unknown_names(self, config: Config) -> tuple[UnknownName, ...]:
        """Return the names in the configuration that nothing in the database has."""
        return describe.unknown_names(config, self.catalog)

    def typed_routines(self, config: Config) -> TypedRoutines:
        """Return the functions and procedures that the configuration names."""
        return describe.typed_routines(self.catalog, config.typed_functions)

    def definitions(self) -> Definitions:
        """Return the definitions of the user's views, routines, triggers and the like."""
        return describe.definitions(self._connected())

    def documented_schema(self) -> DocumentedSchema:
        """Return the tables and types of the user's, as people read them."""
        return describe.documented_schema(self._connected())

    def _connected(self) -> Session:
        process = os.getpid()
        if self._connection is None or self._connection[0] != process:
            self._connection = process, self._stack.enter_context(self._connect())
        return self._connection[1]
