"""The server's error for a query -> Diagnostic at its place in the query file."""

import re
from collections.abc import Iterable

from ..model.catalog import Catalog
from ..model.diagnostic import Diagnostic, Label
from ..model.query import Parameter, Query
from ..model.source import Span
from .hints import hint, hint_instead
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
"""The token to underline: a name with its qualification, a constant, an operator, a parameter."""


def query_error(
    query: Query,
    error: StatementError,
    catalog: Catalog,
    *,
    type_elsewhere: str = "",
) -> Diagnostic:
    """Return PostgreSQL's error: its code, message and hint, and its detail as the label.

    Only `$1` in the message becomes the parameter's name, if it has one. An error without a hint gets one of ours. *type_elsewhere* is the type that the parameter of an
    error about an unknown type has elsewhere in the query, or empty.
    """
    parameters = [
        parameter
        for number in re.findall(r"\$(\d+)\b", error.message)
        for parameter in query.parameters
        if parameter.number == int(number)
    ]
    if error.position is not None:
        span = _token_at(query, error.position - 1)
    elif parameters:
        span = parameters[0].spans[0]
    else:
        span = query.name_span
    return Diagnostic(
        code=error.sqlstate,
        message=_with_names(error.message, parameters),
        label=Label(span, error.detail),
        hint=hint_instead(query, error)
        or error.hint
        or hint(query, error, catalog, parameters, type_elsewhere),
    )


def _with_names(message: str, parameters: Iterable[Parameter]) -> str:
    """Return the message with `:name` for the `$n` of each named one of its *parameters*."""
    for parameter in parameters:
        if parameter.name:
            number = rf"\${parameter.number}\b"
            message = re.sub(number, f":{parameter.name}", message)
    return message


def _token_at(query: Query, offset: int) -> Span:
    """Return the token at character *offset* of the server's text; empty at the statement's end."""
    start = query.sql.to_source(offset)
    if offset >= len(query.sql.text):
        return Span(query.sql.source, start, start)
    token = _TOKEN.match(query.sql.source.text, start)
    return Span(query.sql.source, start, token.end() if token else start)
