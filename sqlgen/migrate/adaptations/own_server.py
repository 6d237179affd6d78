"""Migrations -> the same as a server of sqlgen's own can run them, by whatever door they come."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import psycopg
from psycopg.rows import TupleRow

from ... import parse
from ...conninfo import libpq_conninfo, parse_conninfo
from ...model.migration import Migration
from ...model.session import OWN_CLUSTER
from ...model.source import SourceFile
from .collations import collation_warning, replace_icu_collations
from .dumps import without_surroundings
from .server_wide import fit_for_own_server
from .stand_ins import without_timescale_options

LOGGER = logging.getLogger("sqlgen.migrate")


def fit_for_embedded(
    connection: psycopg.Connection[TupleRow], migrations: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Return the migrations as the embedded server of *connection* can run them.

    ICU's collations are replaced if it has no ICU, with a warning in the log; dumps have no owners and
    privileges, and roles that are missing are made.
    """
    migrations = fit_for_own_server(connection, migrations)
    if warning := collation_warning(
        connection, [migration.up.text for migration in migrations]
    ):
        LOGGER.warning("%s", warning)

    def replaced(migration: Migration) -> Migration:
        text = migration.up.text
        if parse.is_dump(text):
            text = without_surroundings(text, connection.info.server_version)
        text = replace_icu_collations(connection, text)
        text = without_timescale_options(connection, text)
        return replace(migration, up=replace(migration.up, text=text))

    return tuple(map(replaced, migrations))


def fit_files_for_embedded(
    connection: psycopg.Connection[TupleRow], sources: Sequence[SourceFile]
) -> tuple[SourceFile, ...]:
    """Return seeds and fixtures as the embedded server can run them, as `fit_for_embedded` does."""
    scripts = [
        Migration(version=number, description="", up=source, down=None)
        for number, source in enumerate(sources)
    ]
    return tuple(script.up for script in fit_for_embedded(connection, scripts))


def fit_if_embedded(
    conninfo: str, migrations: tuple[Migration, ...]
) -> tuple[Migration, ...]:
    """Return the migrations as `fit_for_embedded` does if *conninfo* leads to a server of sqlgen's own.

    Such a server listens on a socket alone, and is asked only then. An unreachable one is left for the
    migrations themselves to report.
    """
    try:
        host = parse_conninfo(libpq_conninfo(conninfo), allow_empty=True).get("host")
        if not str(host or "").startswith("/"):
            return migrations
        with psycopg.connect(libpq_conninfo(conninfo), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pg_catalog.current_setting('cluster_name')"
            )
            if rows.fetchone() != (OWN_CLUSTER,):
                return migrations
            return fit_for_embedded(connection, migrations)
    except psycopg.Error:
        return migrations
