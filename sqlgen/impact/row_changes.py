"""Composite values that a statement gives as text -> what is different in their fields.

Generated code names the fields of a composite, so that the text has them in the order that it knows. The
server describes only a text then. So the fields are compared as the two catalogs have them.
"""

from collections.abc import Iterator

from ..model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    PgType,
    RangeType,
)
from ..model.typed import ColumnName, TypedQuery
from .findings import Consequence, Mismatch
from .schema import Schema
from .type_changes import literal_gains, read_changes, text_changes

Schemas = tuple[Schema, Schema]
"""The schema that code was generated for, and another one."""


def row_changes(
    source: TypedQuery, sent: TypedQuery, schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield what is different in the composites that a query gives.

    *source* is its analysis as its author wrote it, and *sent* that of the statement that is sent for it.
    """
    for column, text in zip(source.columns, sent.columns, strict=False):
        if column.type != text.type:
            yield from _changes(column.type, column.name, source, schemas)


def _changes(
    type_: PgType, item: str, query: TypedQuery, schemas: Schemas
) -> Iterator[Mismatch]:
    match type_:
        case (
            ArrayType(element=inner) | DomainType(base=inner) | RangeType(subtype=inner)
        ):
            yield from _changes(inner, item, query, schemas)
        case CompositeType():
            is_made = any(type_.of_query and f.column is None for f in type_.fields)
            if is_made and any(_differs(name, schemas) for name in query.reads):
                message = (
                    "may have other values, since columns that it is made of change"
                )
                yield Mismatch(Consequence.MAY_FAIL, item, message)
            for field in type_.fields:
                name = f"{item}.{field.name}"
                yield from _field(type_, field, name, schemas)
                yield from _changes(field.type, name, query, schemas)
        case _:
            return


def _field(
    row: CompositeType, field: CompositeField, item: str, schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield what is different in a field that is a column of a table, or an attribute of a type."""
    if row.of_query and field.column is None:
        return
    if row.is_relation or row.of_query:
        name = ColumnName(*(field.column or (row.schema, row.name, field.name)))
        column = schemas[1].column(name)
        if column is not None:
            yield from text_changes(field.type, column.type, item)
            yield from literal_gains(field.literals, column.literals, item)
            if field.not_null and not column.not_null:
                yield Mismatch(Consequence.WIDENS, item, "may be NULL now")
        return
    attribute = schemas[1].attribute(row, field.name)
    if attribute is not None:
        yield from text_changes(field.type, attribute.type, item)


def _differs(name: ColumnName, schemas: Schemas) -> bool:
    """Return whether a column of that name may have values that the code does not expect."""
    before, after = (schema.column(name) for schema in schemas)
    if before is None or after is None:
        return False
    return (
        (before.not_null and not after.not_null)
        or any(read_changes(before.type, after.type, ""))
        or any(literal_gains(before.literals, after.literals, ""))
    )
