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
       format_type(t.oid, NULL),
       t.typtype,
       -- A true array is its element's array type: int2vector and the like are not.
       coalesce(e.oid, 0),
       t.typbasetype,
       t.typnotnull,
       t.typrelid,
       coalesce(c.relkind NOT IN ('c'), false),
       -- Both a range and its multirange know the type of their bounds.
       coalesce(r.rngsubtype, 0),
       -- A CHECK's list of texts is a list of values only where equal means identical.
       coalesce(l.collisdeterministic, false)
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_class AS c ON c.oid = t.typrelid
LEFT JOIN pg_range AS r ON t.oid IN (r.rngtypid, r.rngmultitypid)
LEFT JOIN pg_collation AS l ON l.oid = t.typcollation
"""

_LABELS = """
-- In the type's own order, which ALTER TYPE … ADD VALUE BEFORE may have set.
SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder
"""

_DOMAIN_CHECKS = """
SELECT contypid, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contypid <> 0 AND contype = 'c'
  -- Values from before a NOT VALID constraint need not satisfy it.
  AND convalidated
ORDER BY oid
"""


class TypeRow(NamedTuple):
    """A row of `pg_type`, with 0 for what a type does not have."""

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


def types(
    connection: psycopg.Connection[Any],
    fields: Mapping[int, Iterable[FieldRow]],
    comments: Mapping[int, str],
) -> dict[int, PgType]:
    """Every type of the database by its oid.

    `fields` are the columns by relation (`pg_type.typrelid`), `comments` those on types.
    """
    with connection.cursor(row_factory=args_row(TypeRow)) as cursor:
        rows = {row.oid: row for row in cursor.execute(_TYPES)}
    labels: defaultdict[int, list[str]] = defaultdict(list)
    for oid, label in connection.execute(_LABELS):
        labels[oid].append(label)
    literals: dict[int, AllowedValues] = {}
    for oid, definition in connection.execute(_DOMAIN_CHECKS):
        if rows[oid].deterministic:
            values = allowed_values(definition, "VALUE")
            literals[oid] = common_values(literals.get(oid, ()), values)

    resolved: dict[int, PgType] = {}

    def resolve(oid: int) -> PgType:
        # PostgreSQL lets no type contain itself, so this ends.
        if oid not in resolved:
            resolved[oid] = build(rows[oid])
        return resolved[oid]

    def build(row: TypeRow) -> PgType:
        schema, name, display = row.schema, row.name, row.display
        comment = comments.get(row.oid, "")
        if row.kind == "d":
            base = resolve(row.base)
            # A domain over a domain allows what both of them allow.
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
                    CompositeField(field.name, resolve(field.type), field.not_null)
                    for field in fields.get(row.relation, ())
                ),
                is_relation=row.is_relation,
                comment=comment,
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
    """Whether values of the type are plain text: what it compares is what it stores.

    `char(n)` ignores blanks at the end and citext the case, so their lists say less than they seem.
    """
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_.schema == "pg_catalog" and type_.name in ("text", "varchar")
