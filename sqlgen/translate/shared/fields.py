"""A field of a composite -> how it is read from its text, with what is configured for its column."""

from ...model.catalog import CompositeField, CompositeType
from ...model.python import LiteralOf, Named
from ..types.python_types import KEEP, MODELS, with_literals
from ..types.reading import Reading, overridden_parsing, parsing
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
    usual = parsing(field.type, context.types)
    if not field.literals or has_literals(field.type):
        return usual
    name = context.names.columns.get((column, field.literals)) if column else None
    alias = Named(name, MODELS) if name else LiteralOf(field.literals)
    literal = with_literals(usual.type, alias)
    return Reading(literal, literal if usual.read == KEEP else usual.raw, usual.read)
