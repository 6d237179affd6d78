"""`pg_index`, `pg_constraint`, `pg_trigger` -> what holds for the rows of each relation."""

from collections import defaultdict
from typing import Any

import psycopg

from ..model.catalog import Check, ForeignKey, UniqueIndex, UniqueKey
from .columns import Inheritance

_UNIQUE_KEYS = """
SELECT i.indrelid,
       -- INCLUDE columns come after the key's own; an expression has the number 0.
       (i.indkey::int2[])[0 : i.indnkeyatts - 1],
       i.indisprimary,
       -- PostgreSQL 15 and newer have this column.
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
       coalesce(i.indexprs::text, ''),
       i.indcollation::oid[],
       coalesce(i.indpred::text, ''),
       (
           SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n)
           FROM generate_series(1, i.indnkeyatts) AS n
       ) || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid, true), '')
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
WHERE i.indisunique
  -- Built completely, and attached on every partition.
  AND i.indisvalid
  -- A deferrable one may be broken until the end of the transaction.
  AND i.indimmediate
  -- A WITHOUT OVERLAPS key (18) is unique only together with its range.
  AND NOT i.indisexclusion
  AND c.relkind IN ('r', 'p', 'm')
  -- Its equality must be the type's own `=`: record_image_ops, say, tells 1.0 from 1.00.
  AND NOT EXISTS (
      SELECT
      FROM pg_opclass AS o
      WHERE o.oid = ANY (i.indclass::oid[])
        AND NOT o.opcdefault
        AND o.opcname NOT IN (
            'varchar_ops', 'text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops'
        )
  )
  -- Under a column's own collation that calls more values equal, the index must do so, too.
  AND NOT EXISTS (
      SELECT
      FROM generate_series(0, i.indnkeyatts - 1) AS n
      JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
      JOIN pg_collation AS l ON l.oid = a.attcollation
      WHERE NOT l.collisdeterministic AND i.indcollation[n] <> a.attcollation
  )
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""

_FOREIGN_KEYS = """
SELECT c.conrelid, c.conkey, c.confrelid, c.confkey
FROM pg_constraint AS c
LEFT JOIN pg_constraint AS parent ON parent.oid = c.conparentid
WHERE c.contype = 'f'
  AND c.convalidated
  AND NOT c.condeferrable
  -- NOT ENFORCED and PERIOD are from PostgreSQL 18.
  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
  AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
  -- A key to a partitioned table has a row for each partition of the target, too: those do not say
  -- that every row refers to that very partition.
  AND parent.conrelid IS DISTINCT FROM c.conrelid
ORDER BY c.conrelid, c.oid
"""

_CHECKS = """
SELECT c.conrelid,
       c.conname,
       c.conbin::text,
       pg_get_constraintdef(c.oid),
       c.conkey,
       -- A parent's NO INHERIT constraint says nothing of its children's rows.
       c.connoinherit
FROM pg_constraint AS c
WHERE c.contype = 'c'
  AND c.conrelid <> 0
  -- NOT VALID says nothing of old rows.
  AND c.convalidated
  -- NOT ENFORCED (18) says nothing of any.
  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.conname
"""

_ROW_TRIGGERS = """
-- pg_trigger.h: 1 is FOR EACH ROW, 2 BEFORE, 64 INSTEAD OF, 4 INSERT, 8 DELETE, 16 UPDATE.
SELECT t.tgrelid,
       CASE WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'instead of' END,
       event.name
FROM pg_trigger AS t
JOIN (VALUES (4, 'insert'), (8, 'delete'), (16, 'update')) AS event (bit, name)
  ON t.tgtype & event.bit <> 0
WHERE t.tgtype & 1 <> 0
  -- AFTER triggers see what is stored already and cannot change it. A trigger that is switched off
  -- here may be on where the queries run.
  AND t.tgtype & (2 | 64) <> 0
  AND NOT t.tgisinternal
"""


def unique_keys(
    connection: psycopg.Connection[Any],
) -> dict[int, tuple[UniqueKey | UniqueIndex, ...]]:
    """Keys by relation, the primary key first."""
    found: defaultdict[int, list[UniqueKey | UniqueIndex]] = defaultdict(list)
    for (
        relation,
        numbers,
        primary,
        not_distinct,
        expressions,
        collations,
        predicate,
        definition,
    ) in connection.execute(_UNIQUE_KEYS):
        found[relation].append(
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
            else UniqueKey(tuple(numbers), primary, not_distinct)
        )
    return {relation: tuple(keys) for relation, keys in found.items()}


def foreign_keys(
    connection: psycopg.Connection[Any],
) -> dict[int, tuple[ForeignKey, ...]]:
    """Foreign keys by the relation that refers."""
    found: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for relation, columns, target, target_columns in connection.execute(_FOREIGN_KEYS):
        found[relation].append(
            ForeignKey(
                columns=tuple(columns),
                target=target,
                target_columns=tuple(target_columns),
            )
        )
    return {relation: tuple(keys) for relation, keys in found.items()}


def checks(
    connection: psycopg.Connection[Any], family: Inheritance
) -> dict[int, tuple[tuple[Check, tuple[int, ...]], ...]]:
    """CHECK constraints by relation, each with the numbers of the columns that it is about."""
    found: defaultdict[int, list[tuple[Check, tuple[int, ...]]]] = defaultdict(list)
    for relation, name, tree, definition, columns, own in connection.execute(_CHECKS):
        if relation in family.foreign or (own and relation in family.descendants):
            continue
        check = Check(name, tree, definition)
        found[relation].append((check, tuple(columns or ())))
    return {relation: tuple(checks) for relation, checks in found.items()}


def row_triggers(
    connection: psycopg.Connection[Any], family: Inheritance
) -> dict[int, frozenset[tuple[str, str]]]:
    """Triggers by relation; a parent has its descendants' too, for they fire on its rows."""
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for relation, time, event in connection.execute(_ROW_TRIGGERS):
        found[relation].add((time, event))
    for parent, descendants in family.descendants.items():
        for child in descendants & found.keys():
            found[parent] |= found[child]
    return {relation: frozenset(triggers) for relation, triggers in found.items()}
