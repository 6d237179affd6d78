"""A description with its trees by each key of the order -> an error for each key that is not proved.

Two trees of keys may differ in the sort clause, and in the entries of the target list that only the sort
clause needs. So rows, types and columns are the same. PostgreSQL refers to entries of the target list by
numbers that it gives to those of the sort clause first, and DISTINCT and GROUP BY take the directions of
the sort clause over. Hence these clauses are compared by the expressions and the equality that they mean.
"""

from collections.abc import Sequence
from typing import Final

from ...model.catalog import ArrayType, CompositeType, PgType
from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label
from ...model.order import OrderKey
from ...model.source import Span
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node
from .comparison import Difference, children_by_field, differences, without_fields

_GROUPS: Final = ("groupClause", "distinctClause")
_VARYING: Final = ("targetList", "sortClause", "windowClause", *_GROUPS)
_OTHER_ROWS: Final = "the statement would give other rows"
_OTHER: Final = "the rest of the statement would not stay the same"
_WHOLE_ROW: Final = "it is a whole row, whose order changes with the table's columns"


def unproved_keys(
    description: Description, tree: Node | None, others: Sequence[Node]
) -> tuple[Diagnostic, ...]:
    """Return an error for each key of a query's order by which its rows cannot be sorted.

    *tree* is that of the statement by the first key, None for a utility statement; the *others* are those
    by the further keys.
    """
    order = description.query.order
    if order is None:
        return ()
    if tree is None or tree.number("commandType") != CmdType.SELECT:
        return (_no_select(order.span),)
    if order.most > 1 and tree.flag("hasDistinctOn"):
        return (_distinct_on(order.span),)
    trees = [tree, *others]
    types = [column.type for column in description.columns]
    reasons = [
        _whole_row(one, types) or (reason_against(tree, one) if one is not tree else "")
        for one in trees
    ]
    return tuple(
        [
            _unproved(key, reason)
            for key, reason in zip(order.keys, reasons, strict=True)
            if reason
        ]
    )


def _whole_row(query: Node, types: Sequence[PgType]) -> str:
    """Return the reason against a key that is a row: generated statements write rows out."""
    references = {
        clause.number("tleSortGroupRef") for clause in query.nodes("sortClause")
    }
    for entry in query.nodes("targetList"):
        expression = entry.node("expr")
        if expression is None or entry.number("ressortgroupref") not in references:
            continue
        place = entry.number("resno") - 1
        if any(
            node.tag == "VAR" and not node.number("varattno")
            for node in expression.walk()
        ) or (place < len(types) and _has_fields(types[place])):
            return _WHOLE_ROW
    return ""


def _has_fields(type_: PgType) -> bool:
    if isinstance(type_, ArrayType):
        return _has_fields(type_.element)
    return isinstance(type_, CompositeType)


def reason_against(before: Node, after: Node, *, selects_more: bool = False) -> str:
    """Return why the statement's rows cannot be sorted by another key; empty if it is proved.

    If it *selects_more*, the new statement may have further columns.
    """
    if _meaning(before) != _meaning(after):
        changes_rows = any(
            before.flag(name) != after.flag(name)
            for name in ("hasTargetSRFs", "hasAggs")
        )
        return _OTHER_ROWS if changes_rows else _OTHER
    if before.nodes("groupingSets") and not _alike(
        before.nodes("groupingSets"), after.nodes("groupingSets")
    ):
        return "PostgreSQL would number the columns of ROLLUP, CUBE or GROUPING SETS in another way"
    rest_before = [n for name, n in children_by_field(before) if name not in _VARYING]
    rest_after = [n for name, n in children_by_field(after) if name not in _VARYING]
    if not _alike(rest_before, rest_after):
        return _OTHER
    outputs = [
        [
            (entry.string("resname"), entry.number("resno"), entry.node("expr"))
            for entry in query.nodes("targetList")
            if not entry.flag("resjunk")
        ]
        for query in (before, after)
    ]
    if selects_more:
        outputs[1] = outputs[1][: len(outputs[0])]
    if [item[:2] for item in outputs[0]] != [item[:2] for item in outputs[1]]:
        return _OTHER
    if not _alike(*[[item[2] for item in output if item[2]] for output in outputs]):
        return _OTHER
    if any(_gives_set(entry) for entry in after.nodes("targetList")):
        return _OTHER_ROWS
    if not all(
        _same_groups(_items(before, before, clause), _items(after, after, clause))
        for clause in _GROUPS
    ):
        return "DISTINCT or GROUP BY would not stay the same"
    return "" if _same_windows(before, after) else _OTHER


def _meaning(query: Node) -> str:
    """Return what a query says itself, but for what depends on the key alone."""
    meaning = without_fields(query, _VARYING)
    if query.nodes("groupClause") or query.nodes("groupingSets"):
        # The rows are grouped whether or not the key is an aggregate.
        for value in ("true", "false"):
            meaning = meaning.replace(f" :hasAggs {value}", "")
    return meaning


def _gives_set(entry: Node) -> bool:
    """Return whether an entry that only ORDER BY needs gives several rows for each."""
    return entry.flag("resjunk") and any(
        node.flag("funcretset") or node.flag("opretset") for node in entry.walk()
    )


def _items(query: Node, node: Node, clause: str) -> list[tuple[Node, Node]]:
    """Return the items of a clause of the query, or of a window of it, each with its expression."""
    expressions = {
        entry.number("ressortgroupref"): expression
        for entry in query.nodes("targetList")
        if (expression := entry.node("expr"))
    }
    return [
        (item, expressions[item.number("tleSortGroupRef")])
        for item in node.nodes(clause)
    ]


def _same_groups(
    before: Sequence[tuple[Node, Node]], after: Sequence[tuple[Node, Node]]
) -> bool:
    """Return whether two clauses have the same expressions, in any order, compared by the same operators."""
    return all(
        any(
            item.number("eqop") == other.number("eqop")
            and not differences(expression, node)
            for other, node in theirs
        )
        for ours, theirs in ((before, after), (after, before))
        for item, expression in ours
    )


def _same_windows(before: Node, after: Node) -> bool:
    windows = before.nodes("windowClause"), after.nodes("windowClause")
    return len(windows[0]) == len(windows[1]) and all(
        without_fields(one, _OF_WINDOWS) == without_fields(other, _OF_WINDOWS)
        and _alike(_frame(one), _frame(other))
        and all(
            [_sorting(item) for item, _ in _items(before, one, clause)]
            == [_sorting(item) for item, _ in _items(after, other, clause)]
            and _alike(
                [expression for _, expression in _items(before, one, clause)],
                [expression for _, expression in _items(after, other, clause)],
            )
            for clause in _OF_WINDOWS
        )
        for one, other in zip(*windows, strict=True)
    )


_OF_WINDOWS: Final = ("partitionClause", "orderClause")


def _frame(window: Node) -> list[Node]:
    return [node for name, node in children_by_field(window) if name not in _OF_WINDOWS]


def _sorting(item: Node) -> tuple[object, ...]:
    names = ("eqop", "sortop")
    return (*map(item.number, names), item.flag("nulls_first"))


def _alike(before: Sequence[Node], after: Sequence[Node]) -> bool:
    return len(before) == len(after) and not any(
        difference
        for one, other in zip(before, after, strict=True)
        for difference in differences(one, other)
        if not _is_name_of_group(difference)
    )


def _is_name_of_group(difference: Difference) -> bool:
    """Return whether it is only in PostgreSQL 18's names of the expressions of GROUP BY."""
    node, field, *_ = (
        difference.path[-1] if difference.path else (difference.before, "")
    )
    return field == "eref" and node.number("rtekind") == RTEKind.GROUP


def _no_select(place: Span) -> Diagnostic:
    return Diagnostic(
        code="not-sortable",
        message="only the rows of a SELECT have an order that a call can choose",
        label=Label(place),
        hint="take out `-- sqlgen: order`, or put the SELECT into a query of its own",
    )


def _distinct_on(place: Span) -> Diagnostic:
    return Diagnostic(
        code="not-sortable",
        message="with DISTINCT ON, a call cannot choose several keys: they may not come before those of"
        " DISTINCT ON",
        label=Label(place),
        hint="let a call choose one key, or sort around the statement: `SELECT * FROM (…) AS t ORDER BY`",
    )


def _unproved(key: OrderKey, reason: str) -> Diagnostic:
    return Diagnostic(
        code="not-sortable",
        message=f"the rows cannot be sorted by `{key.label}`: {reason}",
        label=Label(key.span),
        hint=_HINTS.get(
            reason, "select the expression as a column, and order by that column's name"
        ),
    )


_HINTS: Final = {
    _WHOLE_ROW: "sort by columns: one key for each, or several with `up to N of`",
}
