"""`pg_class`, and the columns and constraints of each relation -> Relation."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from ..model.catalog import (
    Check,
    Column,
    PgType,
    Relation,
    RelationKind,
    UniqueIndex,
    UniqueKey,
)
from .check_literals import AllowedValues, allowed_values, common_values
from .columns import ColumnRow, Inheritance
from .constraints import checks, foreign_keys, row_triggers, unique_keys
from .enforced import EnforcedConstraints
from .fitting_defaults import fitting_defaults
from .types import is_text

_RELATIONS = """
SELECT c.oid,
       n.nspname,
       c.relname,
       c.relkind,
       -- The tree of a view's query, which is its SELECT rule; those of system views are not needed.
       coalesce(view.ev_action::pg_catalog.text, ''),
       -- Another rule may replace an INSERT, UPDATE or DELETE by something else.
       c.relhasrules AND EXISTS (
           SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_type <> '1'
       ),
       c.relhasrules AND EXISTS (
           SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_type = '3'
       ),
       c.relrowsecurity,
       -- The conditions of policies that a SELECT obeys.
       CASE WHEN c.relrowsecurity THEN ARRAY(
           SELECT p.polqual::pg_catalog.text
           FROM pg_catalog.pg_policy AS p
           WHERE p.polrelid = c.oid AND p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL
           ORDER BY p.oid
       ) END,
       -- A table that the schema makes: an extension's depends on that by 'e', and 't' is temporary.
       c.relkind IN ('r', 'p', 'f')
       AND NOT c.relispartition
       AND c.relpersistence <> 't'
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_depend AS d
           WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.objid = c.oid AND d.deptype = 'e'
       ),
       -- WITH CHECK OPTION of a view.
       coalesce((
           SELECT o.option_value FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
           WHERE o.option_name = 'check_option'
       ), ''),
       -- Of several views with one name, PostgreSQL's errors do not say which one they are about.
       c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND pg_catalog.count(*) FILTER (
           WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       ) OVER (PARTITION BY c.relname) > 1
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
-- The event type of a rule for SELECT is '1', for INSERT '3'.
LEFT JOIN pg_catalog.pg_rewrite AS view
       ON view.ev_class = c.oid AND view.ev_type = '1' AND c.relkind IN ('v', 'm')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
-- The same kinds as in `_COLUMNS`.
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S')
ORDER BY c.oid
"""


def relations(
    connection: psycopg.Connection[Any],
    types: Mapping[int, PgType],
    columns: Mapping[int, Iterable[ColumnRow]],
    inheritance: Inheritance,
    comments: Mapping[tuple[int, int], str],
    writes: EnforcedConstraints,
) -> dict[int, Relation]:
    """Return every relation by its oid.

    *types* are by oid, *columns* by relation, *comments* by relation and column number; 0 is the
    relation itself. *writes* are what writes may violate.
    """
    keys = unique_keys(connection)
    triggers = row_triggers(connection, inheritance)
    references = foreign_keys(connection, inheritance, triggers)
    constraints = checks(connection, inheritance)
    fitting = fitting_defaults(connection)
    relations: dict[int, Relation] = {}
    for row in connection.execute(_RELATIONS):
        oid, schema, name, kind, tree, has_rules, has_insert_rules, *security = row
        row_security, policies, own_table, check_option, shares_name = security
        relation_checks = constraints.get(oid, ())
        relations[oid] = Relation(
            oid=oid,
            schema=schema,
            name=name,
            kind=RelationKind(kind),
            columns={
                column.number: Column(
                    name=column.name,
                    number=column.number,
                    type=types[column.type],
                    not_null=column.not_null,
                    has_default=column.has_default,
                    generated=column.generated,
                    expression=column.expression if column.generated else "",
                    default="" if column.generated else column.expression,
                    default_fits=(oid, column.number) in fitting,
                    identity=column.identity,
                    literals=_literals(column, types[column.type], relation_checks),
                    comment=comments.get((oid, column.number), ""),
                    modifier=column.modifier,
                )
                for column in columns.get(oid, ())
            },
            unique_keys=tuple(
                [key for key in keys.get(oid, ()) if isinstance(key, UniqueKey)]
            ),
            unique_indexes=tuple(
                [key for key in keys.get(oid, ()) if isinstance(key, UniqueIndex)]
            ),
            foreign_keys=references.get(oid, ()),
            checks=tuple(check for check, _ in relation_checks),
            tree=tree,
            row_triggers=triggers.get(oid, frozenset()),
            has_rules=has_rules,
            has_insert_rules=has_insert_rules,
            has_children=oid in inheritance.descendants,
            row_security=row_security,
            own_table=own_table,
            policies=tuple(policies or ()),
            constraints=writes.constraints.get(oid, ()),
            incoming=writes.incoming.get(oid, ()),
            triggers=writes.triggers.get(oid, ()),
            check_option=check_option,
            shares_name=shares_name,
            partition_key=writes.partition_keys.get(oid, ()),
            comment=comments.get((oid, 0), ""),
        )
    return relations


def _literals(
    row: ColumnRow, type_: PgType, checks: Iterable[tuple[Check, tuple[int, ...]]]
) -> AllowedValues:
    """Return the values that all CHECK constraints on the column allow; empty if they allow any."""
    literals: AllowedValues = ()
    if row.deterministic and is_text(type_):
        for check, numbers in checks:
            if row.number in numbers:
                literals = common_values(
                    literals, allowed_values(check.definition, row.name)
                )
    return literals
