"""Roles on a given server that only scratch databases need: made, told from others, and dropped.

Roles belong to the whole server. Those that sqlgen makes there have a comment that no other role has.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import errors, sql
from psycopg.rows import TupleRow

_MARK: Final = "made by sqlgen for its scratch databases; dropped with the last of them"

_MARKED: Final = """
SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles WHERE pg_catalog.shobj_description(oid, 'pg_authid') = %s
"""
_NEEDED: Final = """
SELECT FROM pg_catalog.pg_database
WHERE datname::pg_catalog.text ~ '^sqlgen_(scratch|template)_' AND datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
"""
# Whoever makes roles has a database already, so that nobody drops them in between.
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext('sqlgen scratch roles'))"
)
_UNLOCK: Final = "SELECT pg_catalog.pg_advisory_unlock_all()"


def make_roles(
    connection: psycopg.Connection[TupleRow], creations: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Make the roles that are not there; *creations* has the statement for each name.

    Returns which of the names are there now, and all roles that sqlgen has made. A role that the
    user of *connection*, which is to the maintenance database, may not create is left out. They
    stay at least as long as any scratch database does.
    """
    connection.execute(_LOCK)
    for name, creation in creations.items():
        comment = sql.SQL("COMMENT ON ROLE {} IS {}")
        # It is there, or another process makes it at this moment.
        with suppress(
            errors.DuplicateObject,
            errors.UniqueViolation,
            errors.InsufficientPrivilege,
            errors.ReservedName,
        ):
            connection.execute(creation.encode())
            connection.execute(comment.format(sql.Identifier(name), _MARK))
    there = "SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles WHERE rolname = ANY (%s)"
    present = connection.execute(there, [list(creations)]).fetchall()
    made = connection.execute(_MARKED, [_MARK]).fetchall()
    connection.execute(_UNLOCK)
    return frozenset(n for (n,) in present), frozenset(n for (n,) in made)


def drop_unused_roles(connection: psycopg.Connection[TupleRow]) -> None:
    """Drop the roles that sqlgen has made, unless a scratch database may still need them.

    PostgreSQL refuses to drop those on which a database's objects depend.
    """
    if not connection.execute(_MARKED, [_MARK]).fetchall():
        return
    connection.execute(_LOCK)
    if connection.execute(_NEEDED).fetchone() is None:
        made = connection.execute(_MARKED, [_MARK]).fetchall()
        for (name,) in made * 2:  # one may have granted another one its membership
            with suppress(psycopg.Error):
                drop = sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name))
                connection.execute(drop)
    connection.execute(_UNLOCK)
