"""What the server says against a query -> Diagnostic at its place in the user's file."""

import re

from ..model.diagnostic import Diagnostic, Label
from ..model.query import Parameter, Query
from ..model.source import Span
from .exchange import Refused

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

_INDETERMINATE = "42P18"  # indeterminate_datatype


def refusal(query: Query, refused: Refused) -> Diagnostic:
    """PostgreSQL's own error: its code, message and hint as they are, its detail at the caret."""
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
        hint=refused.hint or _hint(refused.sqlstate, named),
    )


def _token_at(query: Query, offset: int) -> Span:
    """The token at character *offset* of the server's text; nothing at the statement's end."""
    start = query.sql.to_source(offset)
    if offset >= len(query.sql.text):
        return Span(query.sql.source, start, start)
    token = _TOKEN.match(query.sql.source.text, start)
    return Span(query.sql.source, start, token.end() if token else start)


def _hint(sqlstate: str, named: list[Parameter]) -> str:
    """Which parameters the message's `$n` are, in the author's own words."""
    if sqlstate == _INDETERMINATE and named:
        spelled = _spelled(named[0])
        return f"cast `{spelled}` to the type that it has, such as `{spelled}::timestamptz`"
    return "; ".join(
        f"`${parameter.number}` is the parameter `{_spelled(parameter)}`"
        for parameter in named
        if parameter.name
    )


def _spelled(parameter: Parameter) -> str:
    name = f":{parameter.name}" if parameter.name else f"${parameter.number}"
    return f"{name}{parameter.mark}"
