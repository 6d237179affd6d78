"""TypedQuery -> the statement that the generated function sends, as something to describe."""

from ..model.typed import TypedQuery
from .parameters import arguments_of, signature_order
from .shared.context import TranslationContext
from .sql import RunningStatement, running


def sent_statement(query: TypedQuery, context: TranslationContext) -> RunningStatement:
    """Return the statement that is sent.

    Each `*` is written out, and parameters have the casts that the function needs. Of `:copy`, it is
    the INSERT that stands in the query file. A whole row is one column here, although the function may select
    the row's columns instead.
    """
    _, casts = arguments_of(
        signature_order(query), context, taken=(), query=query.query
    )
    return running(query, casts)
