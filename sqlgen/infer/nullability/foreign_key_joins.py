"""Outer joins whose nullable side is never missing, although no condition tests for it.

A LEFT JOIN along a foreign key finds its row: the key refers to one that exists. A LEFT JOIN to a
subquery that always gives a row, ON true, has that row.
"""

from ...model.catalog import Relation, RelationKind
from ..cardinality.row_count import at_least_one
from ..tree.enums import CmdType, JoinType, RTEKind
from ..tree.nodes import Node
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


def _joins_foreign_key(
    side: NullableSide, varno: int, entry: Node, scope: Scope
) -> bool:
    """Return whether ON is just a foreign key whose columns are not NULL in the rows that are kept.

    Only for plain SELECTs without FOR UPDATE: where a row is locked or changed, PostgreSQL looks
    again at its newest version, which may refer to a row newer than the snapshot of the others.
    """
    target = scope.relation(entry)
    if (
        target is None
        or target.row_security
        or entry.node("tablesample") is not None
        or entry.nodes("securityQuals")
        or not _has_all_rows(target, entry)
        or scope.query.number("commandType") != CmdType.SELECT
        or scope.query.nodes("rowMarks")
        or scope.context.locks
    ):
        return False
    pairs: dict[int, tuple[int, int]] = {}
    for condition in side.conditions:
        pair = _equal_columns(condition.expression, varno, scope)
        if pair is None or pair[1] in pairs or pair[0][0] not in side.others:
            return False
        pairs[pair[1]] = pair[0]
    referring = {relation for relation, _ in pairs.values()}
    if len(referring) != 1:
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
        and len(key.columns) == len(pairs)
        and all(
            pairs.get(referred, (0, 0))[1] == number
            for number, referred in zip(key.columns, key.target_columns, strict=True)
        )
        and not any(
            scope.verdict(var).nullable
            for condition in side.conditions
            for var in condition.expression.nodes("args")
            if var.number("varno") == other
        )
        for key in source.foreign_keys
    )


def _has_all_rows(relation: Relation, entry: Node) -> bool:
    """Return whether the entry stands for all rows of a table, not ONLY those of an empty parent."""
    if relation.kind is RelationKind.PARTITIONED:
        return entry.flag("inh")
    return relation.kind is RelationKind.TABLE


def _equal_columns(
    node: Node, varno: int, scope: Scope
) -> tuple[tuple[int, int], int] | None:
    """Return the columns of `other.a = relation.b`, where *varno* is the relation.

    As the pair of the other relation's number and its column's, and the relation's column.
    """
    function = scope.function(node.number("opfuncid"))
    arguments = node.nodes("args")
    if (
        node.tag != "OPEXPR"
        or function is None
        or not function.system
        or scope.catalog.operators.get(node.number("opno")) != "="
        or len(arguments) != 2
        or any(a.tag != "VAR" or a.number("varlevelsup") for a in arguments)
    ):
        return None
    first, second = arguments
    if first.number("varno") == varno:
        first, second = second, first
    if second.number("varno") != varno or first.number("varno") == varno:
        return None
    return (first.number("varno"), first.number("varattno")), second.number("varattno")
