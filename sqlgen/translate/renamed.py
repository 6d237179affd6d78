"""TypedQuery, TranslatedQuery -> the names that Python could not take as they are."""

from collections.abc import Iterator

from ..model.python import Field
from ..model.renamed import Renamed
from ..model.typed import TypedQuery
from .parameters import parameter_name, signature_order
from .queries import TranslatedQuery
from .shared.context import TranslationContext, chosen_name


def renamed(
    query: TypedQuery, translated: TranslatedQuery, context: TranslationContext
) -> Iterator[Renamed]:
    """Yield the names of a query, its parameters, its row class and its columns that were changed.

    Names that the configuration chooses are no changes.
    """
    name, span = query.query.name, query.query.name_span
    if name != translated.function.name:
        yield Renamed(title=f"query `{name}`", new=translated.function.name, span=span)
    row, record = query.query.row, translated.row
    if row and record and row != record.name:
        place = query.query.row_span or span
        yield Renamed(title=f"class `{row}`", new=record.name, span=place)
    written = {p.number: p for p in query.query.parameters}
    parameters = signature_order(query)
    for parameter, argument in zip(
        parameters, translated.function.arguments, strict=True
    ):
        if parameter_name(parameter, query.query, context) != argument.name:
            places = written[parameter.number].spans
            title = f"parameter `{parameter.name}` of `{name}`"
            place = places[0] if places else span
            yield Renamed(title=title, new=argument.name, span=place)
    order, argument_of_order = query.query.order, translated.function.order
    if order and argument_of_order and order.name != argument_of_order.name:
        title = f"parameter `{order.name}` of `{name}`"
        yield Renamed(title=title, new=argument_of_order.name, span=order.span)
    fields: tuple[Field, ...] = record.fields if record else ()
    for column, field in zip(query.columns, fields, strict=False):
        if chosen_name(column.name, column.column, context) != field.name:
            title = f"column `{column.name}` of `{name}`"
            yield Renamed(title=title, new=field.name, span=span)
