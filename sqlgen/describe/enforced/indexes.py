"""`pg_index` -> the unique and exclusion indexes that writes may violate."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from ...model.constraints import ConstraintKind
from .stored_expressions import columns_in
from .table_trees import OURS, EnforcedRule

_INDEXES = f"""
SELECT i.indexrelid,
       i.indrelid,
       x.relname,
       -- The index of the partitioned table that this one is a part of.
       coalesce((SELECT h.inhparent FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid), 0),
       i.indisexclusion,
       -- The key columns without those of INCLUDE; expressions are missing.
       ARRAY(
           SELECT a.attname
           FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS n
           JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
           ORDER BY n
       ),
       i.indnkeyatts,
       coalesce(i.indexprs::pg_catalog.text, ''),
       coalesce(i.indpred::pg_catalog.text, ''),
       coalesce(c.condeferred, false),
       coalesce(c.oid, 0),
       coalesce(
           pg_catalog.pg_get_constraintdef(c.oid),
           'UNIQUE (' || (
               SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n)
               FROM pg_catalog.generate_series(1, i.indnkeyatts) AS n
           ) || ')' || coalesce(' WHERE ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), '')
       ),
       -- NULLS NOT DISTINCT (15); 14 does not have the column.
       coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(i), 'indnullsnotdistinct')::boolean, false)
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
LEFT JOIN pg_catalog.pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE (i.indisunique OR i.indisexclusion) AND t.relkind IN ('r', 'p') AND t.oid {OURS}
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""


def indexes(
    connection: psycopg.Connection[Any], numbers: Mapping[int, Mapping[int, str]]
) -> Iterable[EnforcedRule]:
    """Return the unique and exclusion indexes of each table; *numbers* are the names of its columns by number."""
    rows = list(connection.execute(_INDEXES))
    parents = {row[0]: row[3] for row in rows}
    for row in rows:
        oid, table, name, _, exclusion, names, width, expressions, predicate = row[:9]
        deferred, constraint, definition, nulls_conflict = row[9:]
        root = oid
        while parents.get(root):
            root = parents[root]
        yield EnforcedRule(
            table,
            ("index", root),
            ConstraintKind.EXCLUSION if exclusion else ConstraintKind.UNIQUE,
            name,
            definition,
            {
                "columns": columns_in(
                    names, (expressions, predicate), numbers.get(table, {})
                ),
                "is_deferred": deferred,
                "oids": frozenset({constraint} - {0}),
                "keys": tuple(names),
                "expressions": width - len(names),
                "predicate": predicate,
                "nulls_conflict": nulls_conflict,
            },
        )
