"""A parameter whose type PostgreSQL cannot tell in one place -> its type in another place."""

from collections.abc import Mapping

from ..model.catalog import PgType
from ..model.query import Query
from .responses import DescribeStatements, ParsedStatement, Response, StatementError

_AMBIGUOUS_PARAMETER = "42P08"
_MOST_ATTEMPTS = 8
"""A parameter may be ambiguous in several places; each attempt gets past one of them."""


def type_elsewhere(
    describe: DescribeStatements,
    query: Query,
    error: StatementError,
    types: Mapping[int, PgType],
) -> str:
    """Return the type that the ambiguous parameter of *error* has elsewhere in the query, or "".

    PostgreSQL rejects `$1 IS NULL OR name = $1`: the first `$1` is analysed while its type is still
    `unknown`, the second gives it the type of `name`, and the two must agree
    (`check_parameter_resolution_walker` in parser/parse_param.c). With NULL in the place of the
    first one, the server tells the type of the second.
    """
    if error.sqlstate != _AMBIGUOUS_PARAMETER or error.position is None:
        return ""
    text = query.sql.text
    number = _number_at(query, error.position - 1)
    response: Response = error
    for _ in range(_MOST_ATTEMPTS):
        if isinstance(response, ParsedStatement):
            oids = response.parameters[number - 1 : number] if number else ()
            return "".join(types[oid].display for oid in oids if oid in types)
        if response.sqlstate != _AMBIGUOUS_PARAMETER or response.position is None:
            return ""
        start = response.position - 1
        end = start + 1  # after the `$`
        while text[end : end + 1].isdecimal():
            end += 1
        text = f"{text[:start]}NULL{text[end:]}"
        (response,) = describe([text])
    return ""


def _number_at(query: Query, offset: int) -> int:
    """Return the number of the parameter at character *offset* of the server's text, or 0."""
    return next((p.number for p in query.sql.placeholders if p.start == offset), 0)
