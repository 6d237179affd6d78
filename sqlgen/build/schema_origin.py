"""A project's configuration -> the scripts that make its schema, and how they are run.

Mostly these are its migrations. A dump, a live database and the command of another tool are one script
each, and the files of another tool's folder one each, so that everything after this knows only scripts, and keys of caches only their digests.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .. import read
from ..model.config import Config
from ..model.diagnostic import Diagnostic
from ..model.migration import Migration
from ..model.source import SourceFile

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

_VERSION: Final = 1
"""The version of the only script of a schema that does not come from migrations."""


def schema_sources(config: Config, *, offline: bool = False) -> tuple[SourceFile, ...]:
    """Return the files that the schema comes from; for a live database, what pg_dump writes of it.

    With *offline*, a live database is not read, so there are none. Raises `SqlgenError` where a file
    cannot be read, and `ServerUnavailableError` where the database cannot be dumped.
    """
    if config.schema is None:
        return read.migrations(config)
    if config.schema.database and not offline:
        from .. import database

        return (database.dumped_schema(config.schema.database),)
    return read.schema(config)


def schema_scripts(
    config: Config, sources: Sequence[SourceFile]
) -> tuple[Migration, ...]:
    """Return the scripts that make the schema of the *sources*, in the order in which they run.

    Raises `SqlgenError` for everything that is wrong with their names and forms.
    """
    from .. import parse

    if config.schema is None:
        return parse.migrations(sources)
    if config.schema.folder:
        return parse.foreign_migrations(config.schema.folder, sources)
    for source in sources:
        parse.refuse_psql_commands(source)
    return tuple(
        Migration(
            version=_VERSION, description=str(config.schema), up=source, down=None
        )
        for source in sources
    )


def schema_warnings(
    config: Config, sources: Sequence[SourceFile]
) -> tuple[Diagnostic, ...]:
    """Return warnings about what the *sources* have and `schema_scripts` leaves out."""
    from .. import parse

    if config.schema is None or not config.schema.folder:
        return ()
    return parse.foreign_warnings(config.schema.folder, sources)


def run_schema_script(
    connection: "Connection[TupleRow]",
    conninfo: str,
    config: Config,
    script: Migration,
) -> None:
    """Run a script on the scratch database that *connection* is to; *conninfo* connects to it as well.

    Raises `SqlgenError` if it fails.
    """
    from .. import database, migrate

    if config.schema is None:
        migrate.execute(connection, script)
    elif config.schema.command:
        database.run_schema_command(conninfo, config)
    else:
        is_dump = bool(config.schema.dump or config.schema.database)
        migrate.execute_foreign(connection, script, is_dump=is_dump)
