"""TypedQuery -> the Python types that its function shows, as text."""

from collections.abc import Sequence

from ..model.config import Config
from ..model.frozen import frozen
from ..model.python import Batch, Many, One, Optional, Stream, Value
from ..model.typed import TypedQuery
from .modules import translation_context
from .queries import TranslatedQuery, translate_query
from .shared.references import merge_references, type_references
from .types.overrides import text


@frozen
class Annotations:
    """The annotations of a query's parameters and columns, in the query's order.

    `row` is the name of the row class, empty where the function gives bare values or nothing.
    """

    row: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]


def annotations(
    queries: Sequence[TypedQuery], config: Config
) -> tuple[Annotations, ...]:
    """The annotations of each of *queries*. Raises `SqlgenError` (`bad-type`)."""
    context = translation_context(merge_references([type_references(queries)]), config)
    return tuple(
        _annotations(translate_query(query, context, ".")) for query in queries
    )


def _annotations(query: TranslatedQuery) -> Annotations:
    record = query.shared or query.own
    fields = tuple(text(field.type) for field in record.fields) if record else ()
    match query.function.result:
        case One(shape=Value(type=type_)) | Optional(shape=Value(type=type_)):
            fields = (text(type_),)
        case Many(shape=Value(type=type_)) | Stream(shape=Value(type=type_)):
            fields = (text(type_),)
        case Batch(shape=Value(type=type_)):
            fields = (text(type_),)
        case _:
            pass
    arguments = query.function.arguments
    return Annotations(
        row=record.name if record else "",
        parameters=tuple(text(arguments[n].type) for n in query.function.values),
        columns=fields,
    )
