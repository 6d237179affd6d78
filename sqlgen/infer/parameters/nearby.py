"""A query level -> names that stand near a parameter that is called `$1`, where nothing says more of it.

They are those of columns of VALUES and subqueries, of the arguments that it is a part of, of JSON's keys,
and of columns beside it.
"""

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from ..tree.enums import RTEKind
from ..tree.expressions import constant_key, uncoerced
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel
from .assignments import output_values, values
from .hints import is_default_name, named_arguments
from .use import Purpose, Use, is_parameter, parameter_in, use_of

_NEIGHBOURS: Final = frozenset({"FUNCEXPR", "MINMAXEXPR"})

_BUILD_OBJECTS: Final = frozenset({"json_build_object", "jsonb_build_object"})


def nearby(statement: QueryLevel) -> tuple[Use, ...]:
    """Return the uses that say no more of a parameter than a name, sorted by place."""
    in_statement = [use for level in statement.all for use in _nearby_in(level)]
    return tuple(sorted(in_statement, key=attrgetter("location")))


def _nearby_in(level: QueryLevel) -> Iterator[Use]:
    yield from _named_by_entries(level)
    for node in level.query.own:
        if node.tag in _NEIGHBOURS:
            yield from _named_nearby(node, level)


def _named_by_entries(level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters that are columns in FROM: `(VALUES ($1, $2)) AS v (id, note)`."""
    for entry in level.entries:
        kind, alias = entry.number("rtekind"), entry.node("eref")
        if kind not in (RTEKind.VALUES, RTEKind.SUBQUERY, RTEKind.CTE) or not alias:
            continue
        for place, name in enumerate(alias.strings("colnames")):
            if name == f"column{place + 1}":
                continue
            for parameter, elements in _column(entry, place, level):
                if is_default_name(name, parameter, level):
                    continue
                yield use_of(parameter, Purpose.NEARBY, name=name, elements=elements)


def _column(entry: Node, place: int, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters that a column of an entry may be."""
    if entry.number("rtekind") == RTEKind.VALUES:
        for row in entry.lists("values_lists"):
            if place < len(row):
                yield from values(row[place], level)
        return
    source = level.from_query(entry)
    if source is not None:
        yield from output_values(source, place)


def _named_nearby(node: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters within named arguments, behind JSON's keys, and beside columns in GREATEST."""
    if node.tag == "MINMAXEXPR":
        arguments = node.nodes("args")
        columns = [origin(uncoerced(argument), level) for argument in arguments]
        column = next((column for column in columns if column), None)
        for argument in arguments:
            if column and (parameter := parameter_in(argument)):
                yield use_of(parameter, Purpose.NEARBY, column=column)
        return
    function = level.catalog.functions.get(node.number("funcid"))
    if function and function.system and function.name in _BUILD_OBJECTS:
        arguments = node.nodes("args")
        for key, value in zip(arguments[::2], arguments[1::2], strict=False):
            name = constant_key(key)
            if name and (parameter := parameter_in(value)):
                yield use_of(parameter, Purpose.NEARBY, name=name)
        return
    for name, value in named_arguments(node, level):
        for part in value.own:
            if is_parameter(part):
                yield use_of(part, Purpose.NEARBY, name=name)
