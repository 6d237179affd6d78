"""What the server says against a query -> Diagnostic at its place in the user's file."""

import re

from ..model.catalog import Catalog
from ..model.diagnostic import Diagnostic, Label
from ..model.query import Query
from ..model.source import Span
from .hints import hint
from .responses import StatementError

_TOKEN = re.compile(
    r"""
      (?: [uU]& )? "(?:[^"]|"")*" (?: \. (?: "(?:[^"]|"")*" | [^\W\d][\w$]* | \* ) )*
    | '(?:[^']|'')*'
    | [^\W\d][\w$]* (?: \. (?: "(?:[^"]|"")*" | [^\W\d][\w$]* | \* ) )*
    | : [^\W\d]\w* [!?]?
    | \$ \d+ [!?]?
    | \d [\d.]*
    | [-+*/<>=~!@#%^&|`?:]+
    | \S
    """,
    re.VERBOSE,
)
"""What is underlined: a name with its qualification, a constant, an operator, a parameter."""


def query_error(
    query: Query, refused: StatementError, catalog: Catalog, *, deduced: str = ""
) -> Diagnostic:
    """PostgreSQL's own error: its code, message and hint as they are, its detail at the caret.

    Where it has no hint, it gets ours. *deduced* is the type that a parameter of which the error
    says that it has none has elsewhere in the statement.
    """
    named = [
        parameter
        for number in re.findall(r"\$(\d+)\b", refused.message)
        for parameter in query.parameters
        if parameter.number == int(number)
    ]
    if refused.position is not None:
        span = _token_at(query, refused.position - 1)
    elif named:
        span = named[0].spans[0]
    else:
        span = query.name_span
    return Diagnostic(
        code=refused.sqlstate,
        message=refused.message,
        label=Label(span, refused.detail),
        hint=refused.hint or hint(query, refused, catalog, named, deduced),
    )


def _token_at(query: Query, offset: int) -> Span:
    """The token at character *offset* of the server's text; nothing at the statement's end."""
    start = query.sql.to_source(offset)
    if offset >= len(query.sql.text):
        return Span(query.sql.source, start, start)
    token = _TOKEN.match(query.sql.source.text, start)
    return Span(query.sql.source, start, token.end() if token else start)
