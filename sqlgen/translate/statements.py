"""TypedQuery -> the statement that the generated function sends, as something to describe."""

from ..model.typed import TypedQuery
from .parameters import arguments_of, signature_order
from .shared.context import TranslationContext
from .sql import running_pieces


def statement_pieces(query: TypedQuery, context: TranslationContext) -> tuple[str, ...]:
    """Return the statement in pieces, every second of which is a part that may be left out.

    Each `*` is written out, and parameters have the casts that the function needs. Of `:copy`, it is
    the INSERT that stands in the query file. A whole row is one column here, although the function may select
    the row's columns instead.
    """
    _, casts = arguments_of(
        signature_order(query), context, taken=(), optional=query.query.optional
    )
    return running_pieces(query, casts)
