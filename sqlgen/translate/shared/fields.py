"""A field of a composite -> how it is read from its text or column, with what is configured for that."""

from ...model.catalog import CompositeField, CompositeType
from ...model.config import ArrayElements
from ...model.python import Each, LiteralOf, Named
from ..types.mapping import without_overrides
from ..types.python_types import KEEP, MODELS, with_literals
from ..types.reading import Reading, overridden, overridden_parsing, parsing, reading
from .context import TranslationContext, configured_type
from .references import column_of, has_literals


def field_reading(
    field: CompositeField, composite: CompositeType, context: TranslationContext
) -> Reading:
    """Return how a field that is not NULL is read: the column's type comes before the type's."""
    column = column_of(field, composite)
    chosen = configured_type(column, context)
    if chosen is not None:
        return overridden_parsing(field.type, context.types, chosen, field.name)
    usual = parsing(
        field.type,
        context.types,
        element_nullable=has_null_elements(field, composite, context),
    )
    return _with_literals(usual, field, composite, context)


def has_null_elements(
    field: CompositeField, composite: CompositeType, context: TranslationContext
) -> bool:
    """Return whether elements of an array in a field may be NULL; of stored ones by the setting."""
    if composite.of_query:
        return field.element_nullable
    return context.config.array_elements is ArrayElements.NULLABLE


def column_readings(
    composite: CompositeType, context: TranslationContext
) -> tuple[Reading, ...] | None:
    """Return how the fields are read from columns that are not NULL.

    None if some would not have the type that they have in the row's class, as a range of a
    configured type does not.
    """
    readings = tuple([_column_reading(f, composite, context) for f in composite.fields])
    for field, how in zip(composite.fields, readings, strict=True):
        if how.type != field_reading(field, composite, context).type:
            return None
        if isinstance(how.read, Each):
            return None
    return readings


def _column_reading(
    field: CompositeField, composite: CompositeType, context: TranslationContext
) -> Reading:
    chosen = configured_type(column_of(field, composite), context)
    if chosen is not None:
        usual = reading(field.type, without_overrides(context.types))
        return overridden(usual, chosen, field.name)
    usual = reading(
        field.type,
        context.types,
        element_nullable=has_null_elements(field, composite, context),
    )
    return _with_literals(usual, field, composite, context)


def _with_literals(
    usual: Reading,
    field: CompositeField,
    composite: CompositeType,
    context: TranslationContext,
) -> Reading:
    """Return how a field is read whose column's CHECK lists its values."""
    if not field.literals or has_literals(field.type):
        return usual
    column = column_of(field, composite)
    name = context.names.columns.get((column, field.literals)) if column else None
    alias = Named(name, MODELS) if name else LiteralOf(field.literals)
    literal = with_literals(usual.type, alias)
    return Reading(literal, literal if usual.read == KEEP else usual.raw, usual.read)
