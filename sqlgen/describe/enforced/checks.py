"""`pg_constraint`, `pg_attribute` -> the CHECKs and NOT NULLs that writes may violate."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from ...model.constraints import ConstraintKind
from .stored_expressions import columns_in
from .table_trees import OURS, EnforcedRule, TableTrees

_CHECKS = f"""
SELECT c.conrelid, c.conname, c.conbin::pg_catalog.text, pg_catalog.pg_get_constraintdef(c.oid, true), c.convalidated
FROM pg_catalog.pg_constraint AS c
WHERE c.contype = 'c' AND c.conrelid {OURS}
  -- NOT ENFORCED (18): no row need satisfy it.
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.conname
"""


_NOT_NULL = f"""
SELECT a.attrelid, a.attname
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS t ON t.oid = a.attrelid
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND t.relkind IN ('r', 'p')
  AND t.oid {OURS}
ORDER BY a.attrelid, a.attnum
"""


_NOT_NULL_NOT_VALID = """
-- NOT NULL … NOT VALID (18): old rows may have a NULL.
SELECT c.conrelid, a.attname
FROM pg_catalog.pg_constraint AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'n' AND c.conrelid <> '0' AND NOT c.convalidated
"""


_UNSTABLE_FUNCTIONS = f"""
-- A function of the user's may read other tables, whatever it is declared as. Those of extensions in C
-- (citext's, PostGIS's) are what they are declared as.
SELECT p.oid
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.provolatile <> 'i' OR p.oid {OURS} AND NOT (
    l.lanname IN ('c', 'internal') AND EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND d.objid = p.oid AND d.deptype = 'e'
    )
)
"""


_FUNCTION = re.compile(r":(?:funcid|opfuncid|aggfnoid) (\d+)")


def checks(
    connection: psycopg.Connection[Any],
    numbers: Mapping[int, Mapping[int, str]],
    trees: TableTrees,
) -> Iterable[EnforcedRule]:
    """Return the CHECK constraints of each table; *numbers* are the names of its columns by number."""
    unstable = {oid for (oid,) in connection.execute(_UNSTABLE_FUNCTIONS)}
    rows = [row for row in connection.execute(_CHECKS) if row[0] in trees.tables]
    having: defaultdict[str, set[int]] = defaultdict(set)
    for table, name, *_ in rows:
        having[name].add(table)
    for table, name, tree, definition, validated in rows:
        functions = map(int, _FUNCTION.findall(tree))
        yield EnforcedRule(
            table,
            ("check", name, trees.topmost(table, having[name])),
            ConstraintKind.CHECK,
            name,
            definition,
            {
                "columns": columns_in((), [tree], numbers.get(table, {})),
                "is_unstable": not validated
                or "{SQLVALUEFUNCTION" in tree
                or not unstable.isdisjoint(functions),
            },
        )


def not_nulls(
    connection: psycopg.Connection[Any], trees: TableTrees
) -> Iterable[EnforcedRule]:
    """Return the NOT NULLs of each table, under the names of their columns."""
    not_valid = set(connection.execute(_NOT_NULL_NOT_VALID).fetchall())
    rows = connection.execute(_NOT_NULL).fetchall()
    having: defaultdict[str, set[int]] = defaultdict(set)
    for table, column in rows:
        having[column].add(table)
    for table, column in rows:
        yield EnforcedRule(
            table,
            ("not null", column, trees.topmost(table, having[column])),
            ConstraintKind.NOT_NULL,
            column,
            f"{column} NOT NULL",
            {"columns": (column,), "is_unstable": (table, column) in not_valid},
        )
