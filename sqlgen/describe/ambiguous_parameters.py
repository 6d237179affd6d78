"""A parameter whose type PostgreSQL cannot tell in one place -> the type that it has in another."""

from collections.abc import Mapping

from ..model.catalog import PgType
from ..model.query import Query
from .responses import DescribeStatements, ParsedStatement, StatementError

_AMBIGUOUS_PARAMETER = "42P08"
_TRIES = 8


def deduced(
    describe: DescribeStatements,
    query: Query,
    refused: StatementError,
    types: Mapping[int, PgType],
) -> str:
    """The type that the parameter which *refused* speaks of has elsewhere, or empty.

    `$1 IS NULL OR name = $1` is refused, since the first `$1` is `unknown` when it is looked at, and
    the second is what `name` is (`check_parameter_resolution_walker` of parser/parse_param.c). With
    NULL in the first one's place, PostgreSQL tells the type of the other.
    """
    if refused.sqlstate != _AMBIGUOUS_PARAMETER or refused.position is None:
        return ""
    text = query.sql.text
    number = _number_at(query, refused.position - 1)
    answer: ParsedStatement | StatementError = refused
    for _ in range(_TRIES):
        if isinstance(answer, ParsedStatement):
            oids = answer.parameters[number - 1 : number] if number else ()
            return "".join(types[oid].display for oid in oids if oid in types)
        if answer.sqlstate != _AMBIGUOUS_PARAMETER or answer.position is None:
            return ""
        start = answer.position - 1
        end = start + 1
        while text[end : end + 1].isdecimal():
            end += 1
        text = f"{text[:start]}NULL{text[end:]}"
        (answer,) = describe([text])
    return ""


def _number_at(query: Query, offset: int) -> int:
    """The number of the parameter at character *offset* of the server's text, or 0."""
    return next((p.number for p in query.sql.placeholders if p.start == offset), 0)
