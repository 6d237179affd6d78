"""A statement -> the parameters whose lists must be equally long: `unnest` reads them side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...model.catalog import ArrayType
from ...model.query import Query
from ...model.typed import TypedParameter
from ..tree.parallel_arrays import parallel_in_from, parallel_in_select
from ..tree.query_level import QueryLevel


def with_equal_lengths(
    parameters: Sequence[TypedParameter], query: Query, statement: QueryLevel
) -> tuple[TypedParameter, ...]:
    """Return the parameters with their `same_length`.

    Not those of commands that take many rows of parameters, and none beside one that may be NULL.
    """
    groups = {} if query.command.spec.bulk else _groups(parameters, statement)
    if not groups:
        return tuple(parameters)
    return tuple(
        [replace(each, same_length=groups.get(each.number, 0)) for each in parameters]
    )


def _groups(
    parameters: Sequence[TypedParameter], statement: QueryLevel
) -> Mapping[int, int]:
    """Return the least number of each parameter's group, by the parameter's number."""
    lists = {
        parameter.number
        for parameter in parameters
        if isinstance(parameter.type, ArrayType) and not parameter.nullable
    }
    groups: dict[int, int] = {}
    for level in statement.all:
        in_from = [parallel_in_from(entry, level.catalog) for entry in level.entries]
        for numbers in (*in_from, parallel_in_select(level.query, level.catalog)):
            if not numbers or not lists.issuperset(numbers):
                continue
            joined = {groups[number] for number in numbers if number in groups}
            first = min({*numbers, *joined})
            members = {n for n, group in groups.items() if group in joined}
            groups |= dict.fromkeys(members | set(numbers), first)
    return groups
