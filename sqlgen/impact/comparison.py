"""A statement as two schemas analyse it -> what the second schema breaks. Pure.

Both analyses are of the same text, the one that generated code sends, so that parameters and columns
stand side by side.
"""

import re
from collections.abc import Iterator, Sequence

from ..model.commands import Cardinality
from ..model.diagnostic import Diagnostic
from ..model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from .findings import Consequence, Mismatch
from .identity_changes import is_recreated
from .json_changes import json_changes
from .new_rules import rule_changes
from .row_changes import Schemas, row_changes
from .type_changes import (
    base_type,
    is_narrower,
    literal_gains,
    quoted,
    read_changes,
    write_changes,
)


def refusal(
    source: TypedQuery, diagnostics: Sequence[Diagnostic], schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield what PostgreSQL or inference has against a statement, and the new names of its columns."""
    for diagnostic in diagnostics:
        message = diagnostic.message
        if diagnostic.label and diagnostic.label.text:
            message += f": {diagnostic.label.text}"
        message = " ".join(message.split()) + _renamed(source, message, schemas)
        yield Mismatch(Consequence.BREAKS, "", message)


def _renamed(source: TypedQuery, message: str, schemas: Schemas) -> str:
    """Return the other name of a column or table that a message names; empty if it has none."""
    identities = schemas[1].identities
    if identities is None:
        return ""
    for column in dict.fromkeys((*source.reads, *source.writes)):
        for name in (column.column, column.relation):
            place = identities.new_name(column)
            if place and re.search(rf"\b{re.escape(name)}\b", message):
                tense = "is still" if identities.is_reversed else "is now"
                return f": {_short(column)} {tense} {place}"
    return ""


def changes(
    source: TypedQuery, before: TypedQuery, after: TypedQuery, schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield what is different for the code of a query.

    *before* and *after* are the analyses of the statement that is sent, on the schema that the code was
    generated for and on the other one. *source* is that of the query as its author wrote it.
    """
    yield from _warnings(before, after)
    for old, new in zip(before.parameters, after.parameters, strict=True):
        yield from _parameter(old, new)
        if _is_moved(old.column, new.column) and old.column in before.writes:
            message = f"is for {new.column} now, not for {old.column}"
            yield Mismatch(Consequence.MAY_FAIL, old.name, message)
    yield from _written_columns(before, schemas)
    yield from _columns(before, after)
    yield from row_changes(source, before, schemas)
    yield from _prepared(before, after, schemas)
    yield from _row_count(before, after)
    yield from _row_security(after, schemas)
    yield from rule_changes(before, after, schemas)


def _warnings(before: TypedQuery, after: TypedQuery) -> Iterator[Mismatch]:
    """Yield the required columns that an INSERT leaves out, where inference only warns of it."""
    known = {w.message for w in before.warnings}
    for warning in after.warnings:
        if warning.code == "missing-column" and warning.message not in known:
            yield Mismatch(Consequence.MAY_FAIL, "", warning.message)


def _is_moved(old: ColumnName | None, new: ColumnName | None) -> bool:
    """Return whether these are two columns of one table, as of an INSERT without a list of columns."""
    if old is None or new is None or old == new:
        return False
    return (old.schema, old.relation) == (new.schema, new.relation)


def _parameter(old: TypedParameter, new: TypedParameter) -> Iterator[Mismatch]:
    item = old.name
    yield from write_changes(old.type, new.type, item)
    if old.nullable and not new.nullable:
        yield Mismatch(
            Consequence.MAY_FAIL, item, "may be None, which is not allowed now"
        )
    if old.element_nullable and not new.element_nullable:
        message = "may have None among its items, which is not allowed now"
        yield Mismatch(Consequence.MAY_FAIL, item, message)
    if new.literals and old.column in (None, new.column):
        if not old.literals:
            message = f"only {_listed(new.literals)} are allowed now"
            yield Mismatch(Consequence.MAY_FAIL, item, message)
        elif lost := [value for value in old.literals if value not in new.literals]:
            message = f"sends {_listed(lost)}, which a CHECK no longer allows"
            yield Mismatch(Consequence.MAY_FAIL, item, message)


def _written_columns(before: TypedQuery, schemas: Schemas) -> Iterator[Mismatch]:
    """Yield the columns that the query writes, of which values may be refused that were not before."""
    by_column = {p.column: p for p in before.parameters if p.column}
    for name in before.writes:
        old, new = schemas[0].column(name), schemas[1].column(name)
        if old is None or new is None:
            continue
        parameter = by_column.get(name)
        item = parameter.name if parameter else ""
        narrower = [c.message for c in write_changes(old.type, new.type, item)]
        if narrower and (parameter is None or parameter.type == new.type):
            message = (
                f"{_short(name)} is {new.type.display} now, not {old.type.display}"
            )
            yield Mismatch(Consequence.MAY_FAIL, item, message)
        elif is_narrower(new.type, old.modifier, new.modifier):
            message = f"{_short(name)} takes shorter or smaller values now"
            yield Mismatch(Consequence.MAY_FAIL, item, message)


def _columns(before: TypedQuery, after: TypedQuery) -> Iterator[Mismatch]:
    if len(before.columns) != len(after.columns):
        message = f"gives {len(after.columns)} columns instead of {len(before.columns)}"
        yield Mismatch(Consequence.BREAKS, "", message)
        return
    for old, new in zip(before.columns, after.columns, strict=True):
        yield from _column(old, new)


def _column(old: TypedColumn, new: TypedColumn) -> Iterator[Mismatch]:
    item = old.name
    yield from read_changes(old.type, new.type, item)
    yield from literal_gains(old.literals, new.literals, item)
    if new.nullable and not old.nullable:
        yield Mismatch(Consequence.WIDENS, item, f"may be NULL now: {new.reason}")
    if new.element_nullable and not old.element_nullable:
        yield Mismatch(Consequence.WIDENS, item, "may have NULL among its items now")
    if old.json is not None:
        yield from json_changes(old.json, new.json, item)


def _prepared(
    before: TypedQuery, after: TypedQuery, schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield the columns and parameters whose type changes under a connection that has prepared the statement.

    A type that is created again is another one, whatever its name.

    PostgreSQL compares types and their modifiers (`equalRowTypes` in tupdesc.c), and refuses to run
    such a statement (`RevalidateCachedQuery` in plancache.c).
    """
    for old, new in zip(before.columns, after.columns, strict=False):
        if any(read_changes(old.type, new.type, "")):
            continue  # it breaks in any case
        old_modifier, new_modifier = (
            column.modifier if name and (column := schema.column(name)) else -1
            for name, schema in zip((old.column, new.column), schemas, strict=True)
        )
        types = base_type(old.type).display, base_type(new.type).display
        if (
            types[0] != types[1]
            or old_modifier != new_modifier
            or is_recreated(new.type, schemas[1].identities)
        ):
            message = (
                "changes its type, so a connection that has prepared the statement"
                " fails until it is closed"
            )
            yield Mismatch(Consequence.MAY_FAIL, old.name, message)

    for parameter in after.parameters:
        if is_recreated(parameter.type, schemas[1].identities):
            message = (
                "has a type that is created again, so a connection that has prepared the"
                " statement fails until it is closed"
            )
            yield Mismatch(Consequence.MAY_FAIL, parameter.name, message)


def _row_count(before: TypedQuery, after: TypedQuery) -> Iterator[Mismatch]:
    promise = before.query.command.spec.promises
    one = (Cardinality.EXACTLY_ONE, Cardinality.AT_MOST_ONE)
    if promise not in one or before.cardinality == after.cardinality:
        return
    if after.cardinality is Cardinality.MANY:
        yield Mismatch(Consequence.MAY_FAIL, "", "may give several rows now")
    elif (
        promise is Cardinality.EXACTLY_ONE
        and before.cardinality is Cardinality.EXACTLY_ONE
    ):
        yield Mismatch(Consequence.MAY_FAIL, "", "may give no row now")


def _row_security(query: TypedQuery, schemas: Schemas) -> Iterator[Mismatch]:
    relations = {(c.schema, c.relation) for c in (*query.reads, *query.writes)}
    for key in sorted(relations):
        old, new = (schema.relation(*key) for schema in schemas)
        if new and new.row_security and not (old and old.row_security):
            message = (
                f"row-level security of {new.name} may hide rows from it, and refuse"
                " what it writes"
            )
            yield Mismatch(Consequence.MAY_FAIL, "", message)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(map(quoted, values))


def _short(column: ColumnName) -> str:
    return f"{column.relation}.{column.column}"
