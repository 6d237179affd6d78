"""An embedded server -> what belongs to all of its databases: recorded, and restored later.

All projects of a user share the clusters of the embedded server. So what a project's migrations do
there outside of their database is undone once that is dropped: roles, databases, tablespaces, settings
of roles and databases, and `ALTER SYSTEM`.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ..model.frozen import frozen

_STATE: Final = """
SELECT -- The names of roles, databases and tablespaces,
       (SELECT pg_catalog.array_agg(r.rolname::pg_catalog.text ORDER BY r.oid) FROM pg_catalog.pg_authid AS r),
       (SELECT pg_catalog.array_agg(d.datname::pg_catalog.text ORDER BY d.oid) FROM pg_catalog.pg_database AS d WHERE d.datname <> ALL (%(own)s)),
       (SELECT pg_catalog.array_agg(t.spcname::pg_catalog.text ORDER BY t.oid) FROM pg_catalog.pg_tablespace AS t),
       -- all attributes of roles,
       (SELECT pg_catalog.array_agg(r::pg_catalog.text ORDER BY r.oid) FROM pg_catalog.pg_authid AS r),
       -- their memberships,
       (SELECT pg_catalog.array_agg(m::pg_catalog.text ORDER BY m::pg_catalog.text) FROM pg_catalog.pg_auth_members AS m),
       -- the settings of ALTER ROLE … SET and ALTER DATABASE … SET,
       (SELECT pg_catalog.array_agg(s::pg_catalog.text ORDER BY s::pg_catalog.text) FROM pg_catalog.pg_db_role_setting AS s),
       -- databases, but for what the server counts up in them,
       (SELECT pg_catalog.array_agg((d.oid, d.datname, d.datdba, d.encoding, d.datistemplate, d.datallowconn,
                          d.datconnlimit, d.dattablespace, d.datcollate, d.datctype, d.datacl)::pg_catalog.text
                         ORDER BY d.oid)
        FROM pg_catalog.pg_database AS d WHERE d.datname <> ALL (%(own)s)),
       -- tablespaces,
       (SELECT pg_catalog.array_agg(t::pg_catalog.text ORDER BY t.oid) FROM pg_catalog.pg_tablespace AS t),
       -- comments and labels of all of these,
       (SELECT pg_catalog.array_agg(c::pg_catalog.text ORDER BY c::pg_catalog.text) FROM pg_catalog.pg_shdescription AS c
        WHERE NOT (c.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass::pg_catalog.oid
                   AND c.objoid IN (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = ANY (%(own)s)))),
       (SELECT pg_catalog.array_agg(l::pg_catalog.text ORDER BY l::pg_catalog.text) FROM pg_catalog.pg_shseclabel AS l),
       -- logical replication,
       (SELECT pg_catalog.array_agg((s.oid, s.subname)::pg_catalog.text ORDER BY s.oid) FROM pg_catalog.pg_subscription AS s),
       (SELECT pg_catalog.array_agg(o::pg_catalog.text ORDER BY o.roident) FROM pg_catalog.pg_replication_origin AS o),
       -- and what ALTER SYSTEM has set.
       (SELECT pg_catalog.array_agg((f.name, f.setting)::pg_catalog.text ORDER BY f.seqno) FROM pg_catalog.pg_file_settings AS f
        WHERE f.sourcefile LIKE '%%/postgresql.auto.conf')
"""


_PRIVILEGES: Final = """
SELECT pg_catalog.array_agg(p::pg_catalog.text ORDER BY p.oid) FROM pg_catalog.pg_parameter_acl AS p
"""
"""Since version 15: `GRANT … ON PARAMETER`."""


@frozen
class SharedState:
    """The names of roles, databases and tablespaces, and all else that databases share, as texts."""

    roles: tuple[str, ...]
    databases: tuple[str, ...]
    tablespaces: tuple[str, ...]
    details: tuple[Any, ...]


def shared_state(
    connection: psycopg.Connection[TupleRow], own_databases: Collection[str]
) -> SharedState:
    """Return the state of the shared objects, for which *connection* must be a superuser's.

    The databases *own_databases*, which sqlgen itself has made, do not belong to it.
    """
    row = connection.execute(_STATE, {"own": list(own_databases)}).fetchone()
    assert row is not None
    roles, databases, tablespaces, *details = row
    if connection.info.server_version >= 150000:
        details.append(connection.execute(_PRIVILEGES).fetchone())
    # Without any, which a migration can bring about, `array_agg` gives NULL.
    return SharedState(
        tuple(roles or ()),
        tuple(databases or ()),
        tuple(tablespaces or ()),
        tuple(details),
    )


def restore_shared_state(
    conninfo: str, before: SharedState, own_databases: Collection[str]
) -> bool:
    """Undo what was done to shared objects since they were as *before*.

    The databases in which other objects may depend on them must be dropped already. Returns whether
    everything is as before: not all can be undone, such as a dropped or renamed database.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            now = shared_state(connection, own_databases)
            if now == before:
                return True
            for statement in _undo(before, now, connection.info.user, own_databases):
                with suppress(psycopg.Error):
                    connection.execute(statement)
            return shared_state(connection, own_databases) == before
    except psycopg.OperationalError:
        return False


def _undo(
    before: SharedState, now: SharedState, user: str, own_databases: Collection[str]
) -> Iterator[sql.SQL | sql.Composed]:
    """Yield the statements that undo what the most common ones do."""
    yield sql.SQL("ALTER SYSTEM RESET ALL")
    yield sql.SQL("SELECT pg_catalog.pg_reload_conf()")
    yield sql.SQL("ALTER ROLE ALL RESET ALL")
    yield _on("ALTER ROLE {} RESET ALL", user)
    for database in (*before.databases, *own_databases):
        yield _on("ALTER DATABASE {} RESET ALL", database)
    for database in _new(before.databases, now.databases):
        yield _on("ALTER DATABASE {} IS_TEMPLATE false", database)
        yield _on("DROP DATABASE {} WITH (FORCE)", database)
    for tablespace in _new(before.tablespaces, now.tablespaces):
        yield _on("DROP TABLESPACE {}", tablespace)
    roles = _new(before.roles, now.roles)
    for role in roles:  # their privileges on shared objects
        yield _on("DROP OWNED BY {} CASCADE", role)
    for role in roles * 2:  # one may have granted another one its membership
        yield _on("DROP ROLE IF EXISTS {}", role)


def _new(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([name for name in reversed(now) if name not in before])


def _on(statement: str, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))
