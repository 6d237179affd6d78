"""A database -> the contents of its tables and sequences as lines, for comparing one with another."""

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

_RELATIONS = """
SELECT c.relkind::pg_catalog.text, n.nspname, c.relname, c.relispopulated
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'S') AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
                  WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND objid = c.oid AND deptype = 'e')
ORDER BY 2, 3
"""

_ROWS = (
    "SELECT pg_catalog.count(*), pg_catalog.md5(pg_catalog.string_agg(t::pg_catalog.text, E'\\n' ORDER BY t::pg_catalog.text COLLATE \"C\"))"
    " FROM ONLY {} AS t"
)
_SEQUENCE = "SELECT last_value, is_called FROM {}"


def contents(connection: psycopg.Connection[TupleRow]) -> tuple[str, ...]:
    """Return a line for each table that has rows, and for each sequence."""
    lines = []
    for kind, schema, name, is_populated in connection.execute(
        _RELATIONS.encode()
    ).fetchall():
        identifier = sql.Identifier(schema, name)
        if kind == "S":
            query = sql.SQL(_SEQUENCE).format(identifier)
            ((value, is_called),) = connection.execute(query).fetchall()
            used = "" if is_called else ", not used yet"
            lines.append(f"value of the sequence {schema}.{name}: {value}{used}")
        elif not is_populated:
            lines.append(f"no rows yet in the materialized view {schema}.{name}")
        else:
            query = sql.SQL(_ROWS).format(identifier)
            ((number, digest),) = connection.execute(query).fetchall()
            if number:
                lines.append(f"rows of {schema}.{name}: {number}, {digest}")
    return tuple(lines)
