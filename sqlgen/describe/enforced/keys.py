"""`pg_constraint` -> the foreign keys that writes may violate, as both of their tables see them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ...model.constraints import Constraint, ConstraintKind, IncomingKey
from .table_trees import OURS, EnforcedRule, TableTrees

FOREIGN_KEYS = f"""
SELECT c.oid,
       c.conparentid,
       c.conname,
       c.conrelid,
       c.confrelid,
       ARRAY(SELECT a.attname FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (n, place)
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY place),
       ARRAY(SELECT a.attname FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (n, place)
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY place),
       -- ON DELETE SET NULL (column) (15); 14 does not have it, and sets all columns.
       ARRAY(SELECT a.attname FROM pg_catalog.jsonb_array_elements_text(
                 coalesce(nullif(pg_catalog.jsonb_extract_path(pg_catalog.to_jsonb(c), 'confdelsetcols'), 'null'), pg_catalog.to_jsonb(c.conkey))) AS k (n)
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n::int),
       c.confdeltype,
       c.confupdtype,
       c.condeferred,
       pg_catalog.pg_get_constraintdef(c.oid, true)
FROM pg_catalog.pg_constraint AS c
WHERE c.contype = 'f' AND c.conrelid {OURS}
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.oid
"""


def _roots(keys: Iterable[Any]) -> dict[int, int]:
    """Return the foreign key of the topmost tables for each, by oid."""
    parents = {row[0]: row[1] for row in keys}
    roots: dict[int, int] = {}
    for oid in parents:
        root = oid
        while parents.get(root):
            root = parents[root]
        roots[oid] = root
    return roots


def foreign_keys(keys: list[Any]) -> Iterable[EnforcedRule]:
    """Return the foreign keys as rules of the tables that have them; *keys* are the rows of `FOREIGN_KEYS`."""
    roots = _roots(keys)
    for row in keys:
        oid, _, name, table, _, columns, _, _, on_delete, on_update, deferred, text = (
            row
        )
        restricts = "r" in (on_delete, on_update)
        yield EnforcedRule(
            table,
            ("foreign key", roots[oid]),
            ConstraintKind.RESTRICT_KEY if restricts else ConstraintKind.FOREIGN_KEY,
            name,
            text,
            {
                "columns": tuple(columns),
                "is_deferred": deferred,
                "oids": frozenset({oid}),
            },
        )


def incoming_keys(
    keys: list[Any],
    merged: Mapping[int, Mapping[object, Constraint]],
    trees: TableTrees,
) -> dict[int, tuple[IncomingKey, ...]]:
    """Return the foreign keys that refer to each table or to its descendants; *merged* are the rules of all."""
    roots = _roots(keys)
    incoming: defaultdict[int, dict[tuple[int, int], IncomingKey]] = defaultdict(dict)
    for row in keys:
        oid, _, _, source, target, columns, target_columns, set_columns = row[:8]
        root = "foreign key", roots[oid]
        key = IncomingKey(
            constraint=merged[source][root],
            source=source,
            source_columns=tuple(columns),
            target_columns=tuple(target_columns),
            on_delete=row[8],
            on_update=row[9],
            set_columns=tuple(set_columns),
        )
        # A statement on a table also changes the rows of its descendants.
        for table in (target, *trees.ancestors.get(target, ())):
            incoming[table].setdefault((roots[oid], source), key)
    return {table: tuple(found.values()) for table, found in incoming.items()}
