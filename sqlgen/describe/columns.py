"""`pg_attribute` -> rows of columns, with what is really enforced."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import args_row

_COLUMNS = """
SELECT a.attrelid,
       a.attnum,
       a.attname,
       a.atttypid,
       a.attnotnull,
       a.atthasdef,
       a.attgenerated::text,
       -- What a generated column is made from, as a tree and as text; defaults nobody needs.
       coalesce(d.adbin::text, ''),
       coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
       a.attidentity <> '',
       -- A CHECK's list of texts is a list of values only where equal means identical.
       coalesce(l.collisdeterministic, false)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef AS d
       ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
WHERE a.attnum > 0
  AND NOT a.attisdropped
  -- Tables, partitioned and foreign ones, views, composite types and sequences; no index or TOAST.
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S')
ORDER BY a.attrelid, a.attnum
"""

_CHILDREN = """
-- Inheritance children and partitions; indexes have parents too, which do not matter here.
SELECT i.inhparent, i.inhrelid
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE c.relkind IN ('r', 'p', 'f')
"""

_FOREIGN = "SELECT oid FROM pg_class WHERE relkind = 'f'"

_NOT_VALID = """
-- From PostgreSQL 18 on, NOT NULL is a constraint that may be NOT VALID: attnotnull is set, old
-- rows may be NULL all the same. There are no such rows on older servers.
SELECT conrelid, conkey[1]
FROM pg_constraint
WHERE contype = 'n' AND conrelid <> 0 AND NOT convalidated
"""


class ColumnRow(NamedTuple):
    """A row of `pg_attribute`."""

    relation: int
    number: int
    name: str
    type: int
    not_null: bool
    has_default: bool
    generated: str
    expression: str
    definition: str
    identity: bool
    deterministic: bool


class Inheritance(NamedTuple):
    """Who inherits from whom: the rows of a relation are also those of its descendants.

    `foreign` are the relations with rows of another server, own or inherited: nothing that is
    declared of them is enforced.
    """

    descendants: Mapping[int, frozenset[int]]
    foreign: frozenset[int]


def family(connection: psycopg.Connection[Any]) -> Inheritance:
    """The inheritance trees of the database."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for parent, child in connection.execute(_CHILDREN):
        children[parent].append(child)

    def below(relation: int) -> frozenset[int]:
        found: set[int] = set()
        for child in children.get(relation, ()):
            found |= {child} | below(child)
        return frozenset(found)

    descendants = {parent: below(parent) for parent in tuple(children)}
    foreign = {oid for (oid,) in connection.execute(_FOREIGN)}
    above = {parent for parent, found in descendants.items() if found & foreign}
    return Inheritance(descendants, frozenset(foreign | above))


def columns(
    connection: psycopg.Connection[Any], family: Inheritance
) -> dict[int, list[ColumnRow]]:
    """The columns of each relation in order; `not_null` and `expression` hold for every row.

    A child may have lost the NOT NULL that it inherited (`ALTER TABLE child … DROP NOT NULL`, before
    18), or generate a column from something else, and the parent's queries show the child's rows.
    """
    with connection.cursor(row_factory=args_row(ColumnRow)) as cursor:
        rows = cursor.execute(_COLUMNS).fetchall()
    not_valid = set(connection.execute(_NOT_VALID).fetchall())
    nullable = {
        (row.relation, row.name)
        for row in rows
        if not row.not_null
        or row.relation in family.foreign
        or (row.relation, row.number) in not_valid
    }
    definitions = {
        (row.relation, row.name): row.definition for row in rows if row.generated
    }
    found: dict[int, list[ColumnRow]] = {}
    for row in rows:
        if row.generated and (
            row.relation in family.foreign
            or any(
                definitions.get((child, row.name)) != row.definition
                for child in family.descendants.get(row.relation, ())
            )
        ):
            row = row._replace(expression="")
        if row.not_null and (
            (row.relation, row.name) in nullable
            or any(
                (child, row.name) in nullable
                for child in family.descendants.get(row.relation, ())
            )
        ):
            row = row._replace(not_null=False)
        found.setdefault(row.relation, []).append(row)
    return found
