"""`pg_type` -> PgType, resolved down to base types."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import args_row

from ..model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from .check_literals import AllowedValues, allowed_values, common_values

_TYPES = """
SELECT t.oid,
       n.nspname,
       t.typname,
       pg_catalog.format_type(t.oid, NULL),
       -- b base type, c composite type, d domain, e enum, r range, m multirange, p pseudo-type.
       t.typtype,
       -- The element type of a true array, which is the array type of its element type: int2vector
       -- has elements, too, and is none.
       coalesce(e.oid, 0),
       t.typbasetype, -- of a domain
       t.typnotnull,
       t.typrelid,
       -- The row type of a table or view, not one of CREATE TYPE … AS.
       coalesce(c.relkind NOT IN ('c'), false),
       -- The type of the bounds of a range or multirange.
       coalesce(r.rngsubtype, 0),
       -- A CHECK constraint lists the possible values only where equal texts are identical.
       coalesce(l.collisdeterministic, false)
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_range AS r ON t.oid IN (r.rngtypid, r.rngmultitypid)
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = t.typcollation
"""

_LABELS = """
-- In the type's order, which is not that of the oids after ALTER TYPE … ADD VALUE … BEFORE.
SELECT enumtypid, enumlabel FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder
"""

_DOMAIN_CHECKS = """
SELECT contypid, pg_catalog.pg_get_constraintdef(oid)
FROM pg_catalog.pg_constraint
WHERE contypid <> '0' AND contype = 'c'
  -- NOT VALID: values from before need not satisfy it.
  AND convalidated
ORDER BY oid
"""


class TypeRow(NamedTuple):
    """A row of `_TYPES`; an oid is 0 where a type has nothing of that kind."""

    oid: int
    schema: str
    name: str
    display: str
    kind: str
    element: int
    base: int
    not_null: bool
    relation: int
    is_relation: bool
    subtype: int
    deterministic: bool


class FieldRow(NamedTuple):
    """A column of a composite type or of a relation."""

    name: str
    type: int
    not_null: bool
    comment: str


def types(
    connection: psycopg.Connection[Any],
    fields: Mapping[int, Iterable[FieldRow]],
    comments: Mapping[int, str],
) -> dict[int, PgType]:
    """Return every type of the database by its oid.

    *fields* are the columns by relation (`pg_type.typrelid`), *comments* those on types and relations, by oid.
    """
    with connection.cursor(row_factory=args_row(TypeRow)) as cursor:
        rows = {row.oid: row for row in cursor.execute(_TYPES)}
    labels: defaultdict[int, list[str]] = defaultdict(list)
    for oid, label in connection.execute(_LABELS):
        labels[oid].append(label)
    literals: dict[int, AllowedValues] = {}
    for oid, definition in connection.execute(_DOMAIN_CHECKS):
        # PostgreSQL evaluates the constraint under the collation of the type below the domain
        # (domainAddConstraint in typecmds.c).
        if rows[oid].deterministic and rows[rows[oid].base].deterministic:
            values = allowed_values(definition, "VALUE")
            literals[oid] = common_values(literals.get(oid, ()), values)

    resolved: dict[int, PgType] = {}

    def resolve(oid: int) -> PgType:
        # This ends, for no type of PostgreSQL can contain itself.
        if oid not in resolved:
            resolved[oid] = build(rows[oid])
        return resolved[oid]

    def build(row: TypeRow) -> PgType:
        schema, name, display = row.schema, row.name, row.display
        comment = comments.get(row.oid, "")
        if row.kind == "d":
            base = resolve(row.base)
            # A value of a domain over a domain must satisfy the constraints of both.
            inherited = base.literals if isinstance(base, DomainType) else ()
            own = literals.get(row.oid, ()) if is_text(base) else ()
            return DomainType(
                schema=schema,
                name=name,
                display=display,
                base=base,
                not_null=row.not_null
                or (isinstance(base, DomainType) and base.not_null),
                literals=common_values(own, inherited),
                comment=comment,
            )
        if row.kind == "e":
            return EnumType(
                schema=schema,
                name=name,
                display=display,
                labels=tuple(labels[row.oid]),
                comment=comment,
            )
        if row.kind == "c":
            return CompositeType(
                schema=schema,
                name=name,
                display=display,
                fields=tuple(
                    CompositeField(
                        field.name,
                        resolve(field.type),
                        field.not_null,
                        comment=field.comment,
                    )
                    for field in fields.get(row.relation, ())
                ),
                is_relation=row.is_relation,
                comment=comment or comments.get(row.relation, ""),
            )
        if row.subtype:
            return RangeType(
                schema=schema,
                name=name,
                display=display,
                subtype=resolve(row.subtype),
                multirange=row.kind == "m",
            )
        if row.element:
            return ArrayType(
                schema=schema, name=name, display=display, element=resolve(row.element)
            )
        return ScalarType(schema=schema, name=name, display=display)

    for oid in rows:
        resolve(oid)
    return resolved


def is_text(type_: PgType) -> bool:
    """Return whether values of the type are equal only if they are the same text.

    `char(n)` ignores trailing blanks and `citext` ignores case: a CHECK constraint that lists values
    allows others as well.
    """
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_.schema == "pg_catalog" and type_.name in ("text", "varchar")
