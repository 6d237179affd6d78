"""Session -> the indexes of its database, and the tables that are partitions of another."""

import json
from typing import Any, Final

from ..model.diagnostic import catalog_refused
from .asking import Ask
from .indexes import Index, TableIndexes


def fetch_indexes(ask: Ask) -> TableIndexes:
    """Return all indexes of the database but those of the system's tables."""
    indexes = [
        Index(
            schema=row["schema"],
            table=row["table"],
            name=row["name"],
            parent=tuple(row["parent"] or (row["schema"], row["name"])),
            method=row["method"],
            keys=tuple(row["keys"]),
            columns=tuple(row["columns"]),
            enforces=row["enforces"],
            partial=row["partial"],
            definition=row["definition"],
        )
        for row in fetch_json(ask, _INDEXES)
    ]
    tables = fetch_json(ask, _PARTITIONED)
    parents = {
        (row["schema"], row["table"]): tuple(row["parent"])
        for row in tables
        if row["parent"]
    }
    keys = {(row["schema"], row["table"]): row["keys"] for row in tables if row["keys"]}
    return TableIndexes(indexes, parents, keys)


def fetch_json(ask: Ask, query: str) -> list[Any]:
    """Return the rows of a query that selects one JSON value in each.

    Raises `ServerUnavailableError` if the server refuses it.
    """
    answer = ask(query)
    if isinstance(answer, str):
        raise catalog_refused(answer)
    return [json.loads(value) for (value,) in answer]


_INDEXES: Final = """
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'table', t.relname,
    'name', c.relname,
    -- A part of the index of a partitioned table.
    'parent', (SELECT pg_catalog.json_build_array(pn.nspname, p.relname)
               FROM pg_catalog.pg_inherits AS h
               JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
               JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
               WHERE h.inhrelid = c.oid),
    'method', m.amname,
    -- A column's name is quoted where it must be; an expression has its parentheses.
    'keys', (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(c.oid, k, false) ORDER BY k)
             FROM pg_catalog.generate_series(1, i.indnkeyatts::int) AS k),
    'columns', (SELECT pg_catalog.json_agg(coalesce(a.attname, '') ORDER BY k)
                FROM pg_catalog.generate_series(1, i.indnkeyatts::int) AS k
                LEFT JOIN pg_catalog.pg_attribute AS a
                  ON a.attrelid = t.oid AND a.attnum = i.indkey[k - 1] AND a.attnum <> 0),
    'enforces', i.indisunique OR i.indisprimary OR i.indisexclusion OR i.indisreplident
                OR EXISTS (SELECT FROM pg_catalog.pg_constraint AS f WHERE f.conindid = c.oid),
    'partial', i.indpred IS NOT NULL,
    'definition', pg_catalog.pg_get_indexdef(c.oid))
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indisvalid AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
  AND t.relpersistence <> 't'
ORDER BY n.nspname, t.relname, c.relname
"""

_PARTITIONED: Final = """
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'table', c.relname,
    'parent', (SELECT pg_catalog.json_build_array(pn.nspname, p.relname)
               FROM pg_catalog.pg_inherits AS h
               JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
               JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
               WHERE h.inhrelid = c.oid AND c.relispartition),
    -- The columns of its key; an expression is 0 there.
    'keys', (SELECT pg_catalog.json_agg(a.attname)
             FROM pg_catalog.pg_partitioned_table AS p
             JOIN pg_catalog.pg_attribute AS a
               ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs)
             WHERE p.partrelid = c.oid))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND (c.relispartition OR c.relkind = 'p')
"""
