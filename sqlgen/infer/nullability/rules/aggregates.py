"""Aggregates and window functions -> whether they may be NULL.

An aggregate other than `count` is NULL over no rows, and over rows that give it only NULLs. With
GROUP BY every group has a row; without it, with GROUPING SETS (where one may be the empty one), and
with FILTER, it may have none. A window's frame has a row if the current one is always in it.
"""

from ....model.catalog import Routine
from ...tree.enums import FrameOption
from ...tree.nodes import Node
from ...tree.types import holds_array
from ..conditions import Condition
from ..reasons import unless_tested
from ..registry import rule
from ..scope import Scope
from ..verdict import Elements, Verdict, elements_of, maybe, never, table_of
from .array_functions import aggregate_shapes
from .expressions import all_of


@rule("AGGREF")
def _tested_aggregate(node: Node, scope: Scope) -> Verdict:
    return unless_tested(_aggregate(node, scope), node, scope)


def _aggregate(node: Node, scope: Scope) -> Verdict:
    function = scope.function(node.number("aggfnoid"))
    if function is None:
        return maybe("nothing is known of the aggregate", node.location)
    if function.system and function.name in _COUNTS:
        return never(f"`{function.name}` never gives NULL", node.location)
    if _is_known(function, scope):
        verdict = _over_rows(node, function, scope)
    else:
        verdict = maybe("nothing is known of the aggregate", node.location)
    if holds_array(node, scope.catalog.types):
        inside = scope.within_groups()
        direct = node.nodes("aggdirectargs")
        verdict = verdict.but(
            shapes=aggregate_shapes(function, _arguments(node), direct, inside)
        )
    if (
        not function.system
        or function.name != "array_agg"
        or node.number("agglevelsup")
    ):
        return verdict
    collected = _collected(node, scope)
    return verdict.but(
        elements=_elements(collected, function), table=table_of(collected)
    )


def _over_rows(node: Node, function: Routine, scope: Scope) -> Verdict:
    title = f"`{function.name}`"
    if node.number("agglevelsup"):
        return maybe(f"{title} of a surrounding query may be NULL", node.location)
    of_rows = function.system and function.name in _OF_ROWS
    if function.system and function.name not in _OF_VALUES and not of_rows:
        return maybe(f"{title} may give NULL", node.location)
    if node.node("aggfilter") is not None:
        return maybe(f"{title} is NULL where FILTER leaves no row", node.location)
    if not scope.query.nodes("groupClause"):
        return maybe(f"{title} is NULL over no rows", node.location)
    if scope.query.nodes("groupingSets"):
        reason = f"{title} is NULL over no rows, which GROUPING SETS may ask for"
        return maybe(reason, node.location)
    if of_rows:
        return never(f"{title} of a group, which has a row", node.location)
    direct = node.nodes("aggdirectargs")
    verdict = all_of(
        _arguments(node) + direct,
        scope.within_groups(),
        f"{title} of a group, which has a row, and of what is not NULL",
    )
    return verdict.but(location=node.location) if not verdict.nullable else verdict


def _is_known(function: Routine, scope: Scope) -> bool:
    """Return whether an aggregate is PostgreSQL's, or one that the user vouches for.

    The latter is taken for one like `max`: not NULL over one row or more without NULLs.
    """
    return function.system or scope.context.is_vouched(function)


def _arguments(node: Node) -> tuple[Node, ...]:
    """Return the aggregated expressions, without those that only sort."""
    entries = [entry for entry in node.nodes("args") if not entry.flag("resjunk")]
    return tuple([e for entry in entries if (e := entry.node("expr")) is not None])


def _collected(node: Node, scope: Scope) -> list[Verdict]:
    """Return the verdicts of the values that `array_agg` collects."""
    inside = scope.within_groups()
    condition = node.node("aggfilter")
    if condition is not None:
        inside = inside.assuming(Condition(condition, "FILTER"))
    return [inside.verdict(argument) for argument in _arguments(node)]


def _elements(verdicts: list[Verdict], function: Routine) -> Elements:
    """Return whether elements of `array_agg(x)` may be NULL; for arrays, those of the arrays."""
    if function.arguments != ("anynonarray",):
        return elements_of(verdicts)
    return Elements.NULLABLE if any(v.nullable for v in verdicts) else Elements.NOT_NULL


@rule("WINDOWFUNC")
def _window(node: Node, scope: Scope) -> Verdict:
    function = scope.function(node.number("winfnoid"))
    if function is None:
        return maybe("nothing is known of the window function", node.location)
    verdict = _over_window(node, function, scope)
    if not holds_array(node, scope.catalog.types):
        return verdict
    shapes = aggregate_shapes(function, node.nodes("args"), (), scope)
    return verdict.but(shapes=shapes)


def _over_window(node: Node, function: Routine, scope: Scope) -> Verdict:
    if not function.system:
        return maybe("nothing is known of the window function", node.location)
    title = f"`{function.name}`"
    if function.name in _COUNTS or function.name in _RANKS:
        return never(f"{title} never gives NULL", node.location)
    if node.node("aggfilter") is not None:
        return maybe(f"{title} is NULL where FILTER leaves no row", node.location)
    arguments = node.nodes("args")
    reason = f"{title} of what is not NULL"
    others = scope.of_other_rows()
    if function.name in ("ntile", "lag", "lead"):
        if function.name != "ntile" and len(arguments) < 3:
            return maybe(f"{title} has no row at the edge", node.location)
        return all_of(arguments, others, reason)
    framed = function.name in _OF_VALUES or function.name in (
        "first_value",
        "last_value",
    )
    if not framed and function.name not in _OF_ROWS:
        return maybe(f"{title} may give NULL", node.location)
    if not _has_current_row(node, scope):
        return maybe(f"the frame of {title} may have no row", node.location)
    if function.name in _OF_ROWS:
        return never(f"{title} of a frame, which has a row", node.location)
    return all_of(arguments, others, reason)


def _has_current_row(node: Node, scope: Scope) -> bool:
    for clause in scope.query.nodes("windowClause"):
        if clause.number("winref") == node.number("winref"):
            options = clause.number("frameOptions")
            offsets = options & (
                FrameOption.START_OFFSET_PRECEDING | FrameOption.END_OFFSET_FOLLOWING
            )
            return (
                bool(
                    options
                    & (
                        FrameOption.START_UNBOUNDED_PRECEDING
                        | FrameOption.START_CURRENT_ROW
                        | FrameOption.START_OFFSET_PRECEDING
                    )
                )
                and bool(
                    options
                    & (
                        FrameOption.END_UNBOUNDED_FOLLOWING
                        | FrameOption.END_CURRENT_ROW
                        | FrameOption.END_OFFSET_FOLLOWING
                    )
                )
                and not options & _EXCLUDING
                # By RANGE with an offset, infinite values and NaN decide.
                and not (options & FrameOption.RANGE and offsets)
            )
    return False


_EXCLUDING = FrameOption.EXCLUDE_CURRENT_ROW | FrameOption.EXCLUDE_GROUP

_COUNTS = frozenset({"count", "regr_count"})
_RANKS = frozenset({"row_number", "rank", "dense_rank", "percent_rank", "cume_dist"})
_OF_ROWS = frozenset({"array_agg", "json_agg", "jsonb_agg"})
"""Aggregates that are not NULL over one row or more, whatever is in it."""

_OF_VALUES = frozenset(
    {
        "any_value",
        "avg",
        "bit_and",
        "bit_or",
        "bit_xor",
        "bool_and",
        "bool_or",
        "every",
        "json_object_agg",
        "jsonb_object_agg",
        "max",
        "min",
        "mode",
        "percentile_cont",
        "percentile_disc",
        "range_agg",
        "range_intersect_agg",
        "stddev_pop",
        "string_agg",
        "sum",
        "var_pop",
        "xmlagg",
    }
)
"""Aggregates that are not NULL over one row or more without NULLs."""
