"""`pg_index`, `pg_constraint`, `pg_trigger` -> the constraints and triggers of each relation."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import psycopg

from ..model.catalog import Check, ForeignKey, UniqueIndex, UniqueKey
from .columns import Inheritance

_UNIQUE_KEYS = """
SELECT i.indrelid,
       -- The key columns without those of INCLUDE, which come last; 0 stands for an expression.
       (i.indkey::pg_catalog.int2[])[0 : i.indnkeyatts - 1],
       i.indisprimary,
       -- The trees of the expressions, in order,
       coalesce(i.indexprs::pg_catalog.text, ''),
       -- the collation of each key column,
       i.indcollation::pg_catalog.oid[],
       -- the tree of the WHERE clause,
       coalesce(i.indpred::pg_catalog.text, ''),
       -- and the definition as people write it: the key columns, and the WHERE clause.
       (
           SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n)
           FROM pg_catalog.generate_series(1, i.indnkeyatts) AS n
       ) || coalesce(' WHERE ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), '')
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
WHERE i.indisunique
  -- CREATE INDEX CONCURRENTLY has succeeded, and every partition has its part of the index.
  AND i.indisvalid
  -- A deferrable key may have duplicates until the end of the transaction.
  AND i.indimmediate
  -- The columns of a WITHOUT OVERLAPS key (18) are unique only at each moment of its range.
  AND NOT i.indisexclusion
  -- Tables, partitioned tables and materialized views.
  AND c.relkind IN ('r', 'p', 'm')
  -- The index must compare as the type's `=` does: record_image_ops, say, tells 1.0 from 1.00. These
  -- operator classes for texts differ from the default one only in the order.
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_opclass AS o
      WHERE o.oid = ANY (i.indclass::pg_catalog.oid[])
        AND NOT o.opcdefault
        AND o.opcname NOT IN (
            'varchar_ops', 'text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops'
        )
  )
  -- If the column's own collation makes different texts equal, the index must have that collation:
  -- under another one, texts that the query finds equal could both be in it.
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS n
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
      JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
      WHERE NOT l.collisdeterministic AND i.indcollation[n] <> a.attcollation
  )
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""

_FOREIGN_KEYS = """
SELECT c.conrelid,
       c.conkey,
       c.confrelid,
       c.confkey,
       -- What a change of the target does to the rows that refer to it: CASCADE, SET NULL and SET
       -- DEFAULT run a DELETE or an UPDATE of these rows; NO ACTION and RESTRICT run none.
       pg_catalog.array_remove(ARRAY[
           CASE WHEN c.confdeltype = 'c' THEN 'delete' END,
           CASE WHEN c.confdeltype IN ('n', 'd') OR c.confupdtype IN ('c', 'n', 'd') THEN 'update' END
       ], NULL)
FROM pg_catalog.pg_constraint AS c
-- The constraint of the partitioned table that a partition's constraint was made from.
LEFT JOIN pg_catalog.pg_constraint AS parent ON parent.oid = c.conparentid
WHERE c.contype = 'f'
  -- NOT VALID: old rows may refer to nothing.
  AND c.convalidated
  -- A deferrable key may be violated until the end of the transaction.
  AND NOT c.condeferrable
  -- NOT ENFORCED and PERIOD (18); older servers do not have these columns.
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conenforced')::boolean, true)
  AND NOT coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conperiod')::boolean, false)
  -- A key to a partitioned table also has a constraint on the same table for each partition of the
  -- target. Not every row refers to that one partition.
  AND parent.conrelid IS DISTINCT FROM c.conrelid
ORDER BY c.conrelid, c.oid
"""

_RULES = "SELECT DISTINCT ev_class FROM pg_catalog.pg_rewrite WHERE ev_type <> '1'"

_CHECKS = """
SELECT c.conrelid,
       c.conname,
       c.conbin::pg_catalog.text,
       pg_catalog.pg_get_constraintdef(c.oid),
       c.conkey,
       -- NO INHERIT: the children's rows need not satisfy it.
       c.connoinherit
FROM pg_catalog.pg_constraint AS c
WHERE c.contype = 'c'
  -- A table's constraint: that of a domain has the oid 0 here.
  AND c.conrelid <> '0'
  -- NOT VALID: old rows need not satisfy it.
  AND c.convalidated
  -- NOT ENFORCED (18): no row need satisfy it.
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.conname
"""

_ROW_TRIGGERS = """
-- The bits of tgtype (catalog/pg_trigger.h): 1 is FOR EACH ROW, 2 BEFORE, 4 INSERT, 8 DELETE,
-- 16 UPDATE, 64 INSTEAD OF.
SELECT t.tgrelid,
       CASE WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'instead of' END,
       event.name
FROM pg_catalog.pg_trigger AS t
JOIN (VALUES (4, 'insert'), (8, 'delete'), (16, 'update')) AS event (bit, name)
  ON t.tgtype & event.bit <> 0
WHERE t.tgtype & 1 <> 0
  -- An AFTER trigger cannot change the row. A disabled trigger counts: it may be enabled in the
  -- database where the queries run.
  AND t.tgtype & (2 | 64) <> 0
  -- Foreign keys are checked by internal triggers.
  AND NOT t.tgisinternal
"""


def unique_keys(
    connection: psycopg.Connection[Any],
) -> dict[int, tuple[UniqueKey | UniqueIndex, ...]]:
    """Return the unique keys and indexes by relation, the primary key first."""
    keys: defaultdict[int, list[UniqueKey | UniqueIndex]] = defaultdict(list)
    for (
        relation,
        numbers,
        primary,
        expressions,
        collations,
        predicate,
        definition,
    ) in connection.execute(_UNIQUE_KEYS):
        keys[relation].append(
            UniqueIndex(
                columns=tuple(number for number in numbers if number),
                expressions=expressions,
                collations=tuple(
                    collation
                    for number, collation in zip(numbers, collations, strict=True)
                    if not number
                ),
                predicate=predicate,
                definition=definition,
            )
            if expressions or predicate
            else UniqueKey(tuple(numbers), primary)
        )
    return {relation: tuple(values) for relation, values in keys.items()}


def foreign_keys(
    connection: psycopg.Connection[Any],
    inheritance: Inheritance,
    triggers: Mapping[int, frozenset[tuple[str, str]]],
) -> dict[int, tuple[ForeignKey, ...]]:
    """Return the foreign keys that every row obeys, by the relation that has them.

    A key with CASCADE or SET … is missing where a BEFORE trigger or a rule may suppress what the key
    does: the row would go on referring to one that is gone (PostgreSQL manual, "Overview of Trigger
    Behavior"). *triggers* are those of `row_triggers`.
    """
    keys: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    ruled = {relation for (relation,) in connection.execute(_RULES)}
    for relation, columns, target, target_columns, events in connection.execute(
        _FOREIGN_KEYS
    ):
        before = {("before", event) for event in events}
        tree = {relation, *inheritance.descendants.get(relation, ())}
        if before & triggers.get(relation, frozenset()) or (events and tree & ruled):
            continue
        keys[relation].append(
            ForeignKey(
                columns=tuple(columns),
                target=target,
                target_columns=tuple(target_columns),
            )
        )
    return {relation: tuple(values) for relation, values in keys.items()}


def checks(
    connection: psycopg.Connection[Any], inheritance: Inheritance
) -> dict[int, tuple[tuple[Check, tuple[int, ...]], ...]]:
    """Return the CHECK constraints that every row of a relation satisfies, by relation.

    Each comes with the numbers of the columns in its expression.
    """
    checks: defaultdict[int, list[tuple[Check, tuple[int, ...]]]] = defaultdict(list)
    for row in connection.execute(_CHECKS):
        relation, name, tree, definition, columns, no_inherit = row
        if relation in inheritance.foreign:
            continue
        if no_inherit and relation in inheritance.descendants:
            continue
        check = Check(name, tree, definition)
        checks[relation].append((check, tuple(columns or ())))
    return {relation: tuple(values) for relation, values in checks.items()}


def row_triggers(
    connection: psycopg.Connection[Any], inheritance: Inheritance
) -> dict[int, frozenset[tuple[str, str]]]:
    """Return the triggers that may change a row before it is stored, by relation: time and event.

    A table also has the triggers of its descendants, whose rows a statement on it may change.
    """
    triggers: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for relation, time, event in connection.execute(_ROW_TRIGGERS):
        triggers[relation].add((time, event))
    for parent, descendants in inheritance.descendants.items():
        for child in descendants & triggers.keys():
            triggers[parent] |= triggers[child]
    return {relation: frozenset(values) for relation, values in triggers.items()}
