"""(TypedColumn…) -> the shape of the rows that a function returns, and their class."""

from dataclasses import replace

from ..model.catalog import CompositeType, PgType
from ..model.commands import Columns
from ..model.config import FieldKeys
from ..model.diagnostic import Label, each
from ..model.python import Field, MakeRow, Named, PyType, Record, Row, Shape, Value
from ..model.query import Query
from ..model.source import Span
from ..model.typed import Star, TypedColumn, TypedQuery
from . import names
from .docstrings import with_attributes
from .nested_rows import NestedRow, NestedRows
from .shared.context import (
    TranslationContext,
    chosen_name,
    configured_type,
    translation_key,
)
from .shared.fields import column_readings
from .shared.references import has_literals
from .types import overrides
from .types.aliases import fraction_of
from .types.mapping import without_overrides
from .types.named import local_names
from .types.python_types import KEEP, MODELS, STR, nullable, or_none, with_literals
from .types.reading import Reading, overridden, reading, row_reading
from .types.rows import row_class
from .types.structures import Owner, structured_type


def row_shape(
    query: TypedQuery, context: TranslationContext, module: str
) -> tuple[Shape | None, Record | None, tuple[NestedRow, ...]]:
    """Return what each row is, its class, and the classes of the rows within.

    None, None and nothing where no rows are returned. A query with one column that names no class
    returns bare values. Raises `SqlgenError` (`bad-type`).
    """
    if query.query.command.spec.columns is not Columns.RETURNED or not query.columns:
        return None, None, ()
    shared = query.query.row is not None
    name = names.row_name(query.query.row or f"{names.class_name(query.query.name)}Row")
    place = MODELS if shared else module
    style = context.config.rows
    function = names.function_name(query.query.name)
    title = f"`{name if shared else function}`"
    owner = Owner(name, title, place, style, fraction_of(context.config), {name})
    nested = NestedRows(query.query, context, owner)
    readings = each(lambda c: _reading(c, query, context, owner, nested), query.columns)
    rows = tuple(nested.rows)
    if len(readings) == 1 and not shared:
        return _lone(readings[0]), None, rows
    columns = [chosen_name(c.name, c.column, context) for c in query.columns]
    types = [type_ for how in readings for type_ in (how.type, how.raw)]
    mentioned = local_names(types, [how.read for how in readings])
    if context.config.fields is FieldKeys.CAMEL:
        mentioned |= style.spec.of_keys
    field_names = names.field_names(columns, style, mentioned)
    fields = tuple(
        Field(
            name=field,
            type=how.type,
            raw=how.raw,
            read=how.read,
            width=how.width,
            optional=how.optional,
        )
        for field, how in zip(field_names, readings, strict=True)
    )
    summary = query.row_comment if shared else f"A row of `{function}`."
    doc = with_attributes(
        summary,
        zip([f.name for f in fields], [c.comment for c in query.columns], strict=True),
        [column.column.relation for column in query.columns if column.column],
    )
    record = Record(name=name, doc=doc, fields=fields, style=style)
    return Row(Named(name, place), record.converts), record, rows


def row_columns(
    column: TypedColumn, query: Query, context: TranslationContext
) -> Star | None:
    """Return the columns to select for a whole row, None if its text is read, and for other columns.

    Raises `SqlgenError` (`bad-type`).
    """
    row = column.row_columns
    if row is None or not isinstance(column.type, CompositeType):
        return None
    override = column.override.type if column.override else ""
    if override and row_class(override, context.config.aliases):
        return None
    chosen = _chosen_type(column, query, context) or context.types.override(column.type)
    if chosen == STR or column_readings(column.type, context) is None:
        return None
    return row


def result_types(query: TypedQuery, context: TranslationContext) -> list[PgType]:
    """Return the types of the columns that the statement selects when it runs."""
    types: list[PgType] = []
    for column in query.columns:
        row = row_columns(column, query.query, context)
        if row is not None and isinstance(column.type, CompositeType):
            types += [field.type for field in column.type.fields]
        else:
            types.append(column.type)
    return types


def _lone(reading: Reading) -> Shape:
    """Return the shape of rows that are a single value."""
    if isinstance(reading.read, MakeRow) and not reading.optional:
        return Row(reading.read.row, converts=True)
    return Value(
        reading.type, reading.raw, reading.read, reading.width, reading.optional
    )


def _row(
    column: TypedColumn,
    row: Star,
    type_: CompositeType,
    query: Query,
    context: TranslationContext,
) -> Reading:
    """Return how a whole row is read from the columns that are selected for it."""
    chosen = _chosen_type(column, query, context)
    types = context.types if chosen is None else without_overrides(context.types)
    how = row_reading(type_, types)
    if chosen is not None:
        how = overridden(how, chosen, column.name)
    return replace(
        how,
        type=nullable(how.type) if column.nullable else how.type,
        width=len(row.columns),
        optional=column.nullable,
    )


def _reading(
    column: TypedColumn,
    query: TypedQuery,
    context: TranslationContext,
    owner: Owner,
    nested: NestedRows,
) -> Reading:
    """Return how a column is read; None is among its values where it may be NULL."""
    selected = row_columns(column, query.query, context)
    if selected is not None and isinstance(column.type, CompositeType):
        return _row(column, selected, column.type, query.query, context)
    key = translation_key(column, context)
    row = nested.reading(column)
    is_own = bool(row) or column.override is not None or column.json is not None
    how = None if is_own else context.readings.get(key)
    if how is None:
        how = row or _not_null(column, query, context, owner)
        if column.nullable:
            how = Reading(nullable(how.type), nullable(how.raw), or_none(how.read))
        if not is_own:
            context.readings[key] = how
    return how


def _not_null(
    column: TypedColumn, query: TypedQuery, context: TranslationContext, owner: Owner
) -> Reading:
    """Return how a value is read: the query's override comes before the column's and the type's."""
    usual = reading(
        column.type,
        context.types,
        element_nullable=column.element_nullable,
        written_out=column.written_out,
    )
    chosen = _chosen_type(column, query.query, context)
    if chosen is not None:
        plain = reading(
            column.type,
            without_overrides(context.types),
            element_nullable=column.element_nullable,
            written_out=column.written_out,
        )
        return overridden(plain, chosen, column.name)
    if column.json is not None and context.types.override(column.type) is None:
        json = structured_type(column.json, column.name, owner)
        return Reading(json, json, usual.read)
    alias = context.names.alias(column)
    if alias is not None and not has_literals(column.type):
        literal = with_literals(usual.type, alias)
        raw = literal if usual.read == KEEP else usual.raw
        return Reading(literal, raw, usual.read)
    return usual


def _chosen_type(
    column: TypedColumn, query: Query, context: TranslationContext
) -> PyType | None:
    """Return the Python type that the query or the configuration chooses for a column."""
    if column.override and column.override.type:
        label = _override_label(query, column)
        return overrides.parsed(column.override.type, context.config.aliases, label)
    return configured_type(column.column, context)


def _override_label(query: Query, column: TypedColumn) -> Label:
    """Return the place of the override in the query file, else that of the query's name."""
    text = column.override.text if column.override else ""
    quoted = f'"{column.name}{text}"'
    offset = query.sql.text.find(quoted)
    if offset < 0:
        return Label(query.name_span)
    start = query.sql.to_source(offset)
    return Label(Span(query.sql.source, start, start + len(quoted)))
