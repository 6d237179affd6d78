"""`pg_attribute` -> the columns of each relation, with NOT NULL only where every row obeys it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import args_row

_COLUMNS = """
SELECT a.attrelid,
       -- The number that RowDescription and trees have; a dropped column's number stays unused.
       a.attnum,
       a.attname,
       a.atttypid,
       a.attnotnull,
       -- Generated columns have a pg_attrdef too; identity columns have none. The default of a domain,
       -- or other type, fills a column that has none of its own.
       a.atthasdef OR t.typdefault IS NOT NULL,
       a.attgenerated::pg_catalog.text,
       -- The expression of a generated column or a DEFAULT, as a tree and as text.
       coalesce(d.adbin::pg_catalog.text, ''),
       coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''),
       -- GENERATED … AS IDENTITY, ALWAYS or BY DEFAULT.
       a.attidentity <> '',
       -- A CHECK constraint lists the possible values only where equal texts are identical.
       coalesce(l.collisdeterministic, false),
       -- The length of a varchar, the precision of a numeric and the like; -1 where there is none.
       a.atttypmod
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_attrdef AS d
       ON d.adrelid = a.attrelid AND d.adnum = a.attnum
-- System columns such as ctid have negative numbers.
WHERE a.attnum > 0
  AND NOT a.attisdropped
  -- Tables, partitioned tables, foreign tables, views, materialized views, composite types and
  -- sequences; not indexes and TOAST tables.
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S')
ORDER BY a.attrelid, a.attnum
"""

_CHILDREN = """
-- Children by inheritance, and partitions. Indexes of partitioned tables, which are not needed, have
-- parents too.
SELECT i.inhparent, i.inhrelid
FROM pg_catalog.pg_inherits AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
WHERE c.relkind IN ('r', 'p', 'f')
"""

_FOREIGN = "SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'"

_NOT_VALID = """
-- Since PostgreSQL 18, NOT NULL is a constraint, which may be NOT VALID: attnotnull is true, and old
-- rows may be NULL all the same. Older servers have no constraints of the type 'n' on tables.
SELECT conrelid, conkey[1]
FROM pg_catalog.pg_constraint
WHERE contype = 'n' AND conrelid <> '0' AND NOT convalidated
"""


class ColumnRow(NamedTuple):
    """A row of `_COLUMNS`: the oid of its relation, and the column.

    `expression` is the tree of a generated column's expression or of a DEFAULT, `definition` its text.
    `generated` is `attgenerated`: `s` stored, `v` virtual (18), or empty; also of the table's children.
    """

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
    modifier: int


class Inheritance(NamedTuple):
    """The inheritance trees of a database, by oids: a query on a table also gets its descendants' rows.

    `descendants` are the children, their children and so on. `foreign` are the foreign tables and
    the tables with a foreign descendant: PostgreSQL enforces no constraint on another server's rows.
    """

    descendants: Mapping[int, frozenset[int]]
    foreign: frozenset[int]


def inheritance(connection: psycopg.Connection[Any]) -> Inheritance:
    """Return the inheritance trees of the database."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for parent, child in connection.execute(_CHILDREN):
        children[parent].append(child)

    def below(relation: int) -> frozenset[int]:
        oids: set[int] = set()
        for child in children.get(relation, ()):
            oids |= {child} | below(child)
        return frozenset(oids)

    descendants = {parent: below(parent) for parent in tuple(children)}
    foreign = {oid for (oid,) in connection.execute(_FOREIGN)}
    above = {parent for parent, oids in descendants.items() if oids & foreign}
    return Inheritance(descendants, frozenset(foreign | above))


def columns(
    connection: psycopg.Connection[Any], inheritance: Inheritance
) -> dict[int, list[ColumnRow]]:
    """Return the columns of each relation by its oid, in the order of their numbers.

    `not_null` and `expression` hold for every row that a query on the relation gets, those of its
    descendants included. A child may have dropped the NOT NULL that it inherited (before 18), or may
    generate the column by another expression.
    """
    with connection.cursor(row_factory=args_row(ColumnRow)) as cursor:
        rows = cursor.execute(_COLUMNS).fetchall()
    not_valid = set(connection.execute(_NOT_VALID).fetchall())
    nullable = {
        (row.relation, row.name)
        for row in rows
        if not row.not_null
        or row.relation in inheritance.foreign
        or (row.relation, row.number) in not_valid
    }
    definitions = {
        (row.relation, row.name): row.definition for row in rows if row.generated
    }
    columns: dict[int, list[ColumnRow]] = {}
    for row in rows:
        descendants = inheritance.descendants.get(row.relation, frozenset())
        if any((child, row.name) in definitions for child in descendants):
            # Before 16 a child may generate a column that its parent does not.
            row = row._replace(generated=row.generated or "s")
        if row.generated and (
            row.relation in inheritance.foreign
            or any(
                definitions.get((child, row.name)) != row.definition
                for child in descendants
            )
        ):
            row = row._replace(expression="")
        if row.not_null and (
            (row.relation, row.name) in nullable
            or any((child, row.name) in nullable for child in descendants)
        ):
            row = row._replace(not_null=False)
        columns.setdefault(row.relation, []).append(row)
    return columns
