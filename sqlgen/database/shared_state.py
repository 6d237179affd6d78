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
       (SELECT array_agg(r.rolname::text ORDER BY r.oid) FROM pg_authid AS r),
       (SELECT array_agg(d.datname::text ORDER BY d.oid) FROM pg_database AS d WHERE d.datname <> ALL (%(own)s)),
       (SELECT array_agg(t.spcname::text ORDER BY t.oid) FROM pg_tablespace AS t),
       -- all attributes of roles,
       (SELECT array_agg(r::text ORDER BY r.oid) FROM pg_authid AS r),
       -- their memberships,
       (SELECT array_agg(m::text ORDER BY m::text) FROM pg_auth_members AS m),
       -- the settings of ALTER ROLE … SET and ALTER DATABASE … SET,
       (SELECT array_agg(s::text ORDER BY s::text) FROM pg_db_role_setting AS s),
       -- databases, but for what the server counts up in them,
       (SELECT array_agg((d.oid, d.datname, d.datdba, d.encoding, d.datistemplate, d.datallowconn,
                          d.datconnlimit, d.dattablespace, d.datcollate, d.datctype, d.datacl)::text
                         ORDER BY d.oid)
        FROM pg_database AS d WHERE d.datname <> ALL (%(own)s)),
       -- tablespaces,
       (SELECT array_agg(t::text ORDER BY t.oid) FROM pg_tablespace AS t),
       -- comments and labels of all of these,
       (SELECT array_agg(c::text ORDER BY c::text) FROM pg_shdescription AS c
        WHERE NOT (c.classoid = 'pg_database'::regclass
                   AND c.objoid IN (SELECT d.oid FROM pg_database AS d WHERE d.datname = ANY (%(own)s)))),
       (SELECT array_agg(l::text ORDER BY l::text) FROM pg_shseclabel AS l),
       -- logical replication,
       (SELECT array_agg((s.oid, s.subname)::text ORDER BY s.oid) FROM pg_subscription AS s),
       (SELECT array_agg(o::text ORDER BY o.roident) FROM pg_replication_origin AS o),
       -- and what ALTER SYSTEM has set.
       (SELECT array_agg((f.name, f.setting)::text ORDER BY f.seqno) FROM pg_file_settings AS f
        WHERE f.sourcefile LIKE '%%/postgresql.auto.conf')
"""


_PRIVILEGES: Final = """
SELECT array_agg(p::text ORDER BY p.oid) FROM pg_parameter_acl AS p
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
    yield sql.SQL("SELECT pg_reload_conf()")
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
