"""`pg_trigger` -> the triggers that writes of each table set off."""

from collections import defaultdict
from typing import Any

import psycopg

from ...model.constraints import Trigger
from ..columns import Inheritance
from .table_trees import OURS

_TRIGGERS = f"""
-- The bits of tgtype (catalog/pg_trigger.h): 1 is FOR EACH ROW, 2 BEFORE, 4 INSERT, 8 DELETE, 16 UPDATE.
SELECT t.tgrelid,
       t.tgname,
       pg_catalog.array_remove(ARRAY[
           CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END,
           CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END,
           CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END
       ], NULL),
       ARRAY(SELECT a.attname FROM pg_catalog.unnest(t.tgattr::pg_catalog.int2[]) AS k (n)
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = k.n),
       t.tgtype & 3 = 3,
       p.proname,
       CASE l.lanname WHEN 'plpgsql' THEN p.prosrc ELSE '' END
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
-- Foreign keys are checked by internal triggers. A partition has copies of its parent's.
WHERE (NOT t.tgisinternal OR t.tgparentid <> '0') AND t.tgrelid {OURS}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.oid = t.tgconstraint AND c.contype <> 't')
ORDER BY t.tgrelid, t.tgname
"""


def triggers(
    connection: psycopg.Connection[Any], inheritance: Inheritance
) -> dict[int, tuple[Trigger, ...]]:
    """Return the user's triggers of each table and of its descendants."""
    own: defaultdict[int, list[Trigger]] = defaultdict(list)
    for table, name, events, columns, before_row, function, body in connection.execute(
        _TRIGGERS
    ):
        own[table].append(
            Trigger(
                name=name,
                events=frozenset(events),
                columns=tuple(columns),
                is_before_row=before_row,
                function=function,
                body=body,
            )
        )
    triggers = {table: dict.fromkeys(found) for table, found in own.items()}
    for parent, descendants in inheritance.descendants.items():
        for child in sorted(descendants & own.keys()):
            triggers.setdefault(parent, {}).update(dict.fromkeys(own[child]))
    return {table: tuple(found) for table, found in triggers.items()}
