"""Session -> Privileges: what roles may do in a database, as the server itself says."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from ..model.privileges import DELETE, INSERT, SELECT, UPDATE, Policy, Privileges
from ..model.privileges import RolePrivileges as Role
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg

_PRIVILEGES: Final = f"""
WITH runs_as AS (
    -- A view reads its tables as its owner, unless it is a security invoker.
    SELECT c.oid, c.relowner AS owner
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind = 'v' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
        WHERE o.option_name = 'security_invoker' AND o.option_value::boolean
    )
    UNION ALL
    SELECT p.oid, p.proowner FROM pg_catalog.pg_proc AS p WHERE p.prosecdef
), subject AS (
    -- The roles that are asked about, and the owners of views and functions.
    SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls
    FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (ARRAY[{{names}}]::pg_catalog.name[]) OR r.oid IN (SELECT owner FROM runs_as)
), ordinary AS (
    SELECT * FROM subject WHERE NOT rolsuper
)
SELECT pg_catalog.jsonb_build_object(
    'roles', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(oid::bigint, rolname, rolsuper)) FROM subject),
    'runs_as', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(w.oid::bigint, s.rolname))
                FROM runs_as AS w JOIN subject AS s ON s.oid = w.owner),
    'tables', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, c.oid::bigint,
                   pg_catalog.has_table_privilege(s.oid, c.oid, 'SELECT')::int * {SELECT}
                   + pg_catalog.has_table_privilege(s.oid, c.oid, 'INSERT')::int * {INSERT}
                   + pg_catalog.has_table_privilege(s.oid, c.oid, 'UPDATE')::int * {UPDATE}
                   + pg_catalog.has_table_privilege(s.oid, c.oid, 'DELETE')::int * {DELETE}))
        FROM ordinary AS s, pg_catalog.pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')),
    -- Columns with grants of their own.
    'columns', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, a.attrelid::bigint, a.attnum,
                   pg_catalog.has_column_privilege(s.oid, a.attrelid, a.attnum, 'SELECT')::int * {SELECT}
                   + pg_catalog.has_column_privilege(s.oid, a.attrelid, a.attnum, 'INSERT')::int * {INSERT}
                   + pg_catalog.has_column_privilege(s.oid, a.attrelid, a.attnum, 'UPDATE')::int * {UPDATE}))
        FROM ordinary AS s, pg_catalog.pg_attribute AS a WHERE a.attacl IS NOT NULL AND NOT a.attisdropped),
    'sequences', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, c.oid::bigint, p.name))
        FROM ordinary AS s, pg_catalog.pg_class AS c, pg_catalog.unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p (name)
        WHERE CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(s.oid, c.oid, p.name) END),
    'no_usage', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, n.nspname))
        FROM ordinary AS s, pg_catalog.pg_namespace AS n WHERE NOT pg_catalog.has_schema_privilege(s.oid, n.oid, 'USAGE')),
    -- Without grants or revocations, everybody may call a function.
    'no_execute', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, p.oid::bigint))
        FROM ordinary AS s, pg_catalog.pg_proc AS p
        WHERE p.proacl IS NOT NULL AND NOT pg_catalog.has_function_privilege(s.oid, p.oid, 'EXECUTE')),
    -- The tables whose rows a role may not see without a policy (`check_enable_rls`, rls.c).
    'secured', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, c.oid::bigint))
        FROM ordinary AS s, pg_catalog.pg_class AS c
        WHERE c.relrowsecurity AND NOT s.rolbypassrls
          AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(s.oid, c.relowner, 'USAGE'))),
    'policies', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(s.oid::bigint, p.polrelid::bigint, p.polcmd::pg_catalog.text, p.polpermissive,
                                           p.polqual::pg_catalog.text, p.polwithcheck::pg_catalog.text) ORDER BY p.oid)
        FROM ordinary AS s, pg_catalog.pg_policy AS p
        WHERE EXISTS (SELECT FROM pg_catalog.unnest(p.polroles) AS r (oid)
                      -- 0 is PUBLIC.
                      WHERE CASE WHEN r.oid = '0' THEN true ELSE pg_catalog.pg_has_role(s.oid, r.oid, 'USAGE') END))
)::pg_catalog.text
"""

_COMMANDS: Final = {
    "*": SELECT | INSERT | UPDATE | DELETE,
    "r": SELECT,
    "a": INSERT,
    "w": UPDATE,
    "d": DELETE,
}
"""`pg_policy.polcmd`"""


def privileges(
    session: "WireConnection | psycopg.Connection[Any]", names: Collection[str]
) -> Privileges:
    """Return the privileges of the roles with these *names*; those that do not exist are left out."""
    # The names are those of the configuration and of comments: no character of them is read as SQL.
    quoted = ", ".join(
        [
            f"convert_from(decode('{name.encode().hex()}', 'hex'), 'UTF8')"
            for name in sorted(names)
        ]
    )
    statement = _PRIVILEGES.format(names=quoted)
    if isinstance(session, WireConnection):
        [(text,)] = session.query(statement)
    else:
        row = session.execute(statement.encode()).fetchone()
        assert row is not None, "the statement gives one row"
        text = row[0]
    return _read(json.loads(text))


def _read(facts: dict[str, Any]) -> Privileges:
    """Return the privileges that the server's answer tells; a missing list is null."""
    superusers = {
        name for _, name, is_superuser in facts["roles"] or () if is_superuser
    }
    names: dict[int, str] = {oid: name for oid, name, _ in facts["roles"] or ()}
    tables: dict[int, dict[int, int]] = {oid: {} for oid in names}
    columns: dict[int, dict[int, dict[int, int]]] = {oid: {} for oid in names}
    sequences: dict[int, dict[int, frozenset[str]]] = {oid: {} for oid in names}
    policies: dict[int, dict[int, tuple[Policy, ...]]] = {oid: {} for oid in names}
    for oid, table, bits in facts["tables"] or ():
        tables[oid][table] = bits
    for oid, table, number, bits in facts["columns"] or ():
        columns[oid].setdefault(table, {})[number] = bits
    for oid, sequence, name in facts["sequences"] or ():
        others = sequences[oid].get(sequence, frozenset())
        sequences[oid][sequence] = others | {name}
    for oid, table in facts["secured"] or ():
        policies[oid][table] = ()
    for oid, table, command, permissive, *trees in facts["policies"] or ():
        if table in policies[oid]:
            stored = tuple([tree for tree in trees if tree])
            policy = Policy(_COMMANDS[command], permissive, stored)
            policies[oid][table] += (policy,)
    no_usage = facts["no_usage"] or ()
    no_execute = facts["no_execute"] or ()
    return Privileges(
        roles={
            name: Role(
                name=name,
                superuser=name in superusers,
                tables=tables[oid],
                columns=columns[oid],
                sequences=sequences[oid],
                no_usage=frozenset([name for o, name in no_usage if o == oid]),
                no_execute=frozenset([f for o, f in no_execute if o == oid]),
                policies=policies[oid],
            )
            for oid, name in names.items()
        },
        runs_as=dict(facts["runs_as"] or ()),
    )
