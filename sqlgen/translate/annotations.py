"""TypedQuery -> the Python types that its function shows, as text."""

from collections.abc import Sequence

from ..model.config import Config
from ..model.frozen import frozen
from ..model.python import Value
from ..model.typed import TypedQuery
from .queries import TranslatedQuery, translate_query
from .shared.context import translation_context
from .shared.references import merge_references, type_references
from .types.overrides import text


@frozen
class Annotations:
    """The annotations of a query's parameters and columns, in the query's order.

    `row` is the name of the row class, empty where the function returns bare values or no rows.
    """

    row: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]


def annotations(
    queries: Sequence[TypedQuery], config: Config
) -> tuple[Annotations, ...]:
    """Return the annotations of each of the *queries*. Raises `SqlgenError` (`bad-type`)."""
    references = merge_references([type_references(queries)])
    context = translation_context(references, config)
    return tuple(
        _annotations(translate_query(query, context, ".")) for query in queries
    )


def _annotations(query: TranslatedQuery) -> Annotations:
    function, row = query.function, query.row
    columns = tuple(text(field.type) for field in row.fields) if row else ()
    if isinstance(function.result.shape, Value):
        columns = (text(function.result.shape.type),)
    return Annotations(
        row=row.name if row else "",
        parameters=tuple(text(function.arguments[n].type) for n in function.values),
        columns=columns,
    )
