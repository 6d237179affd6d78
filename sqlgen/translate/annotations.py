"""TypedQuery -> the Python types that its function shows, as text."""

from ..model.frozen import frozen
from ..model.python import Function
from ..model.typed import TypedQuery
from .queries import TranslatedQuery, translate_query
from .shared.context import TranslationContext
from .types.overrides import text


@frozen
class Annotations:
    """The annotations of a query's parameters and columns, in the query's order.

    `row` is the name of the row class, empty where the function returns bare values or no rows. `errors`
    are the classes of the constraints that the query can violate; empty if they have none. `function` is the
    generated function, outside of a module.
    """

    row: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    errors: tuple[str, ...]
    function: Function


def annotations(query: TypedQuery, context: TranslationContext) -> Annotations:
    """Return the annotations of a query's function.

    Raises `SqlgenError`: `bad-type`, `bulk-needs-parameters`, `copy-needs-values`.
    """
    return _annotations(translate_query(query, context, "."))


def _annotations(query: TranslatedQuery) -> Annotations:
    function, row = query.function, query.row
    columns = tuple(text(field.type) for field in row.fields) if row else ()
    if row is None and function.result.shape is not None:
        columns = (text(function.result.shape.type),)
    return Annotations(
        row=row.name if row else "",
        parameters=tuple(text(function.arguments[n].type) for n in function.values),
        columns=columns,
        errors=tuple(
            [each.name for each in function.errors.classes] if function.errors else ()
        ),
        function=function,
    )
