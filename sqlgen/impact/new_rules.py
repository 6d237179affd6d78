"""A statement as two schemas analyse it -> the constraints and triggers that it may meet for the first time. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from ..model.constraints import Constraint, ConstraintKind, Violation
from ..model.typed import ColumnName, TypedQuery
from .findings import Consequence, Mismatch
from .row_changes import Schemas
from .schema import Schema

_TARGET: Final = re.compile(r"REFERENCES (?:[^\s\"(]|\"(?:[^\"]|\"\")*\")+\(")


def rule_changes(
    before: TypedQuery, after: TypedQuery, schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield the constraints, triggers, rules and functions that may refuse what the query writes now.

    Constraints that it could violate before are the same, under whatever name.
    """
    known = {
        key
        for violation in (*before.violations, *before.deferred_violations)
        for key in _keys(violation)
    }
    for violation in (*after.violations, *after.deferred_violations):
        if known.isdisjoint(_keys(violation)) and not _is_told(
            violation, after, schemas
        ):
            name = violation.name or violation.relation
            definition = " ".join(violation.definition.split())
            message = f"can violate the {violation.kind} constraint {name}"
            yield Mismatch(
                Consequence.MAY_FAIL,
                "",
                f"{message}: {definition}" if definition else message,
            )
    for effect in after.unknown_effects:
        if effect not in before.unknown_effects:
            message = f"{effect.replace('`', '')} takes part now, and may refuse it"
            yield Mismatch(Consequence.MAY_FAIL, "", message)


def _keys(violation: Violation) -> Iterator[tuple[str, ...]]:
    """Yield what tells a constraint apart: its definition, whatever its name is.

    NOT NULL has a column as its name. A foreign key is also the same if it has its name and only the table that
    it refers to has another one.
    """
    place = violation.kind, violation.schema, violation.relation
    if violation.kind is ConstraintKind.NOT_NULL:
        yield *place, violation.name
        return
    yield *place, violation.definition
    if violation.kind in (ConstraintKind.FOREIGN_KEY, ConstraintKind.RESTRICT_KEY):
        nameless = _TARGET.sub("REFERENCES (", violation.definition)
        yield *place, violation.name, nameless


def _is_told(violation: Violation, query: TypedQuery, schemas: Schemas) -> bool:
    """Return whether a parameter of the query tells of the same: it may be None, or has listed values."""
    assigned = {parameter.column for parameter in query.parameters}
    if violation.kind is ConstraintKind.NOT_NULL:
        column = ColumnName(violation.schema, violation.relation, violation.name)
        return column in assigned
    if violation.kind is not ConstraintKind.CHECK:
        return False
    for name in _columns(violation, query, schemas[1]):
        before, after = (_literals(schema, name) for schema in schemas)
        if after and (name in assigned or (before and set(before) <= set(after))):
            return True
    return False


def _columns(
    violation: Violation, query: TypedQuery, schema: Schema
) -> Iterator[ColumnName]:
    """Yield the column that a CHECK is about alone, or the columns that have the domain whose CHECK it is."""
    relation = schema.relation(violation.schema, violation.relation)
    if relation is None:
        yield from query.writes
        return
    for constraint in relation.constraints:
        if constraint.violation == violation and _is_of_one(constraint):
            [column] = constraint.columns or ()
            yield ColumnName(violation.schema, violation.relation, column)


def _is_of_one(constraint: Constraint) -> bool:
    return constraint.columns is not None and len(constraint.columns) == 1


def _literals(schema: Schema, name: ColumnName) -> tuple[str, ...]:
    column = schema.column(name)
    if column is None:
        return ()
    literals: tuple[str, ...] = getattr(column.type, "literals", ())
    return column.literals or literals
