"""A statement -> the uses of its parameters."""

from collections.abc import Iterator
from operator import attrgetter

from ..tree.query_level import QueryLevel
from .assignments import FIELDS, assigned_fields, assignments
from .comparisons import TELLING, comparisons, tests
from .hints import CALLS, limits, named_by_calls, named_by_outputs
from .use import Use


def uses(statement: QueryLevel) -> tuple[Use, ...]:
    """Return the uses that say something of a parameter, sorted by purpose and place."""
    in_statement = [use for level in statement.all for use in _uses_in(level)]
    return tuple(sorted(in_statement, key=attrgetter("purpose", "location")))


def _uses_in(level: QueryLevel) -> Iterator[Use]:
    yield from assignments(level)
    yield from limits(level)
    yield from named_by_outputs(level)
    for node in level.query.own:
        if node.tag in TELLING:
            yield from tests(node, level)
            yield from comparisons(node, level)
        elif node.tag in FIELDS:
            yield from assigned_fields(node, level.catalog)
        if node.tag in CALLS:
            yield from named_by_calls(node, level)
