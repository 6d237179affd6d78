"""Outer joins whose nullable side is never missing, although no condition tests for it; subqueries too.

A LEFT JOIN along a foreign key finds its row: the key refers to one that exists. So does a scalar
subquery. A LEFT JOIN to a subquery that always gives a row, ON true, has that row.
"""

from typing import NamedTuple

from ...model.catalog import Relation, RelationKind
from ..cardinality.row_count import at_least_one, keeps_any_row
from ..tree.enums import CmdType, JoinType, RTEKind
from ..tree.expressions import conjuncts
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .nullable_sides import NullableSide
from .scope import Scope


def always_matches(side: NullableSide, scope: Scope) -> bool:
    """Return whether every row of the join has that *side*."""
    kind = side.join.number("jointype")
    varnos = [
        item.number("rtindex")
        for item in (side.join.node("larg"), side.join.node("rarg"))
        if item is not None and item.tag == "RANGETBLREF"
    ]
    varno = next((varno for varno in varnos if varno in side.relations), 0)
    entry = scope.entry(varno)
    if entry is None:
        return False
    if entry.number("rtekind") in (RTEKind.SUBQUERY, RTEKind.CTE, RTEKind.VALUES):
        on = side.join.node("quals")
        return (on is None or _is_true(on)) and _has_a_row(entry, scope)
    if entry.number("rtekind") == RTEKind.RELATION and kind != JoinType.FULL:
        return _joins_foreign_key(side, varno, entry, scope)
    return False


def _has_a_row(entry: Node, scope: Scope) -> bool:
    """Return whether a subquery, CTE or VALUES in FROM always gives a row."""
    if entry.number("rtekind") == RTEKind.VALUES:
        return True
    query = scope.level.from_query(entry)
    return query is not None and at_least_one(query)


def _is_true(node: Node) -> bool:
    return (
        node.tag == "CONST"
        and not node.flag("constisnull")
        and any(node.datum("constvalue"))
    )


def always_finds(query: QueryLevel, scope: Scope) -> bool:
    """Return whether a scalar subquery in an expression of *scope* finds its row along a foreign key.

    `(SELECT name FROM patients WHERE id = v.patient_id)`, with no other condition.
    """
    tree = query.query.node("jointree")
    items = tree.nodes("fromlist") if tree else ()
    quals = tree.node("quals") if tree else None
    if (
        quals is None
        or len(items) != 1
        or items[0].tag != "RANGETBLREF"
        or not keeps_any_row(query)
        or scope.before is not None
    ):
        return False
    varno = items[0].number("rtindex")
    entry = query.entries[varno - 1]
    pairs: list[_Pair] = []
    for condition in conjuncts(quals):
        for column, value in _sides(condition, scope):
            if column.number("varlevelsup") == 0 and value.number("varlevelsup") == 1:
                pairs.append(_Pair(column, value.with_numbers(varlevelsup=0)))
                break
        else:
            return False
    return (
        query.relation(entry) is not None
        and _is_plain(query.query)
        and _finds_row(entry, pairs, scope)
    )


class _Pair(NamedTuple):
    """The columns of `target.a = source.b`, both as the query that has the source names them."""

    target: Node
    source: Node


def _joins_foreign_key(
    side: NullableSide, varno: int, entry: Node, scope: Scope
) -> bool:
    """Return whether ON is just a foreign key whose columns are not NULL in the rows that are kept."""
    pairs: list[_Pair] = []
    for condition in side.conditions:
        for column, value in _sides(condition.expression, scope):
            if (
                column.number("varno") == varno
                and value.number("varno") in side.others
                and not column.number("varlevelsup")
                and not value.number("varlevelsup")
            ):
                pairs.append(_Pair(column, value))
                break
        else:
            return False
    return _finds_row(entry, pairs, scope)


def _finds_row(entry: Node, pairs: list[_Pair], scope: Scope) -> bool:
    """Return whether equal columns are a foreign key to the table *entry* that is not NULL.

    Only for plain SELECTs without FOR UPDATE: where a row is locked or changed, PostgreSQL looks
    again at its newest version, which may refer to a row newer than the snapshot of the others. Nor in
    VOLATILE functions, which may be called while a DELETE has not yet cascaded.
    """
    target = scope.relation(entry)
    if (
        target is None
        or target.row_security
        or entry.node("tablesample") is not None
        or entry.nodes("securityQuals")
        or not _has_all_rows(target, entry)
        or not _is_plain(scope.query)
        or scope.context.locks
        or scope.context.is_in_volatile
    ):
        return False
    columns = {pair.target.number("varattno"): pair.source for pair in pairs}
    referring = {pair.source.number("varno") for pair in pairs}
    if len(columns) != len(pairs) or len(referring) != 1:
        return False
    [other] = referring
    source_entry = scope.entry(other)
    source = source_entry and scope.relation(source_entry)
    if (
        not source_entry
        or not source
        or not _has_all_rows(source, source_entry)
        or (source.has_children and source.kind is not RelationKind.PARTITIONED)
    ):
        return False
    return any(
        key.target == target.oid
        and len(key.columns) == len(columns)
        and all(
            referred in columns and columns[referred].number("varattno") == number
            for number, referred in zip(key.columns, key.target_columns, strict=True)
        )
        and not any(scope.verdict(value).nullable for value in columns.values())
        for key in source.foreign_keys
    )


def _is_plain(query: Node) -> bool:
    return query.number("commandType") == CmdType.SELECT and not query.nodes("rowMarks")


def _has_all_rows(relation: Relation, entry: Node) -> bool:
    """Return whether the entry stands for all rows of a table, not ONLY those of an empty parent."""
    if relation.kind is RelationKind.PARTITIONED:
        return entry.flag("inh")
    return relation.kind is RelationKind.TABLE


def _sides(node: Node, scope: Scope) -> tuple[tuple[Node, Node], ...]:
    """Return the columns of `a = b` in both orders, none if the node is something else."""
    function = scope.function(node.number("opfuncid"))
    arguments = node.nodes("args")
    if (
        node.tag != "OPEXPR"
        or function is None
        or not function.system
        or scope.catalog.operators.get(node.number("opno")) != "="
        or len(arguments) != 2
        or any(argument.tag != "VAR" for argument in arguments)
    ):
        return ()
    first, second = arguments
    return (first, second), (second, first)
