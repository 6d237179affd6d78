"""A statement -> the places of its parameters, and what holds in all places of one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ...model.query import ServerSql
from ..tree.enums import NullTestType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .use import Purpose, Use, is_parameter, parameter_in

Places = Mapping[int, set[int]]
"""The byte offsets of each parameter, by its number."""

_COUNTING = frozenset(
    {
        "cardinality(anyarray)",
        "array_length(anyarray, integer)",
        "array_ndims(anyarray)",
    }
)


def places(statement: QueryLevel) -> Places:
    """Return the places of each parameter in the statement's tree."""
    parameters = [
        node
        for level in statement.all
        for node in level.query.own
        if is_parameter(node)
    ]
    return _by_number(parameters)


def only_with_values_of_columns(
    statement: QueryLevel, uses: Iterable[Use], sql: ServerSql
) -> frozenset[int]:
    """Return the parameters for which only values of the columns make sense, by their numbers.

    Each of their places is compared for equality, assigned, or tested for NULL. A cast of the
    author's (`:kind::text`) says that there are other values, unless PostgreSQL requires it
    (`unnest(:kinds::text[])`).
    """
    fitting: dict[int, set[int]] = defaultdict(set)
    castable: dict[int, set[int]] = defaultdict(set)
    for use in uses:
        if use.only_values:
            is_unnested = use.purpose is Purpose.ASSIGNED and use.elements
            needs_cast = is_unnested or use.purpose is Purpose.TESTED
            group = castable if needs_cast else fitting
            group[use.number].add(use.location)
    for number, offsets in _by_number(_counted(statement)).items():
        castable[number] |= offsets
    for placeholder in sql.placeholders:
        if placeholder.cast:
            offset = len(sql.text[: placeholder.start].encode())
            fitting[placeholder.number].discard(offset)
    starts = {len(sql.text[: p.start].encode()) for p in sql.placeholders}
    return frozenset(
        [
            number
            for number, offsets in places(statement).items()
            if offsets <= (fitting[number] & starts) | castable[number]
        ]
    )


def left_out_if_null(statement: QueryLevel) -> frozenset[int]:
    """Return the parameters that stand in `(:p IS NULL OR …)` only, by their numbers."""
    inside: dict[int, set[int]] = defaultdict(set)
    for level in statement.all:
        for node in level.query.own:
            if node.tag == "BOOLEXPR" and node.string("boolop") == "or":
                everywhere = _by_number([n for n in node.walk() if is_parameter(n)])
                for argument in node.nodes("args"):
                    number = _tested_for_null(argument)
                    inside[number] |= everywhere.get(number, set())
    return frozenset(
        [n for n, offsets in places(statement).items() if offsets <= inside[n]]
    )


def _tested_for_null(node: Node) -> int:
    """Return the number of the parameter in `$1 IS NULL`, 0 for other expressions."""
    if node.tag != "NULLTEST" or node.number("nulltesttype") != NullTestType.IS_NULL:
        return 0
    tested = node.node("arg")
    parameter = parameter_in(tested) if tested else None
    return parameter.number("paramid") if parameter else 0


def _counted(statement: QueryLevel) -> list[Node]:
    """Return the arrays whose elements do not matter: `cardinality($1) = 0`."""
    functions = statement.catalog.functions
    calls = [
        node
        for level in statement.all
        for node in level.query.own
        if node.tag == "FUNCEXPR"
    ]
    counted = [
        parameter_in(call.nodes("args")[0])
        for call in calls
        if (function := functions.get(call.number("funcid")))
        and function.signature in _COUNTING
    ]
    return [parameter for parameter in counted if parameter]


def _by_number(parameters: Iterable[Node]) -> dict[int, set[int]]:
    by_number: dict[int, set[int]] = defaultdict(set)
    for parameter in parameters:
        by_number[parameter.number("paramid")].add(parameter.location)
    return by_number
