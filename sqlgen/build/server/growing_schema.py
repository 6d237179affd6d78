"""Migrations -> a scratch database that gets them one by one, with a session after each.

Within one database, oids tell what is still the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ... import database, describe
from ...model.config import Config
from ...model.definitions import Definitions
from ...model.migration import Migration
from .open_schema import fitted_scripts, run_script, with_driver
from .schema_session import SchemaSession
from .server_pool import ServerHandle

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow


class GrowingSchema:
    """A database with some of the *scripts*, in their order."""

    def __init__(
        self,
        server: database.Server,
        connection: "Connection[TupleRow]",
        config: Config,
        scripts: Sequence[Migration],
    ) -> None:
        self._server, self._connection, self._config = server, connection, config
        self._scripts = tuple(scripts)
        self._applied = 0

    def grow(self, count: int) -> None:
        """Run the scripts up to that number of them; raise `SqlgenError` if one fails."""
        for script in self._scripts[self._applied : count]:
            run_script(self._server, self._connection, self._config, script)
        self._applied = count

    def definitions(self) -> Definitions:
        """Return the definitions of the user's objects as they are now."""
        return describe.definitions(self._connection)

    def session(self) -> SchemaSession:
        """Return a session on the schema as it is now, to be closed before it grows."""
        name, path = self._connection.info.dbname, self._config.search_path
        return SchemaSession(
            describe.catalog(self._connection),
            lambda: database.connect(self._server, name, path),
        )


@contextmanager
def growing_schema(
    server: ServerHandle, config: Config, scripts: Sequence[Migration]
) -> Iterator[GrowingSchema]:
    """Lend an empty database that the *scripts* can be run on."""
    with_psycopg = with_driver(server)

    def nothing(_connection: "Connection[TupleRow]", _start: int) -> None:
        return

    with database.migrated(
        with_psycopg, (), nothing, search_path=config.search_path, keep=False
    ) as connection:
        fitted = fitted_scripts(with_psycopg, scripts, lambda _: None)
        yield GrowingSchema(with_psycopg, connection, config, fitted)
