"""A query -> how many rows it gives, as far as that is proved."""

from ...model.commands import Cardinality
from ..tree.enums import CmdType, JoinType, OnConflictAction, RTEKind, SetOperation
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .unique_keys import (
    at_most_one,
    is_one_group,
    keys_of,
    limited_to,
    target_has_rules,
)


def cardinality(level: QueryLevel) -> Cardinality:
    """Return how many rows a statement that gives columns can give."""
    if not at_most_one(level):
        return Cardinality.MANY
    if at_least_one(level):
        return Cardinality.EXACTLY_ONE
    return Cardinality.AT_MOST_ONE


def at_least_one(level: QueryLevel) -> bool:
    """Return whether a query always gives a row."""
    query = level.query
    if query.number("commandType") == CmdType.INSERT:
        return _always_inserts(level)
    if not _keeps_rows(level):
        return False
    if operation := query.node("setOperations"):
        return _combines(operation, level)
    if query.node("havingQual") or query.nodes("groupingSets"):
        return False
    return is_one_group(level) or _from_any(level)


def keeps_any_row(level: QueryLevel) -> bool:
    """Return whether a SELECT always gives a row if its FROM and WHERE do."""
    query = level.query
    return (
        _keeps_rows(level)
        and query.node("setOperations") is None
        and query.node("havingQual") is None
        and not query.nodes("groupingSets")
    )


def _keeps_rows(level: QueryLevel) -> bool:
    query = level.query
    if query.number("commandType") != CmdType.SELECT or query.flag("hasTargetSRFs"):
        return False
    # FOR UPDATE … SKIP LOCKED skips rows, OFFSET too, and a LIMIT may be 0.
    if query.node("limitOffset") or query.nodes("rowMarks"):
        return False
    return not query.node("limitCount") or bool(limited_to(level))


def _always_inserts(level: QueryLevel) -> bool:
    """Return whether an INSERT always inserts or updates a row, which its RETURNING gives."""
    query = level.query
    if target_has_rules(level) or query.flag("hasTargetSRFs"):
        return False
    if any(relation.row_triggers for relation in level.written):
        return False  # a BEFORE trigger that returns NULL skips the row
    conflict = query.node("onConflict")
    if conflict and (
        conflict.number("action") == OnConflictAction.NOTHING
        or conflict.node("onConflictWhere")
        or _may_change_the_same_row(conflict, level)
    ):
        return False
    return _from_any(level)


def _may_change_the_same_row(conflict: Node, level: QueryLevel) -> bool:
    """Return whether a CTE may change the row that ON CONFLICT DO UPDATE has found.

    A data-modifying CTE runs when it is first read. If SET reads it, the row may be updated or
    deleted after it was found, and PostgreSQL then passes over it (`ExecOnConflictUpdate` and
    `ExecUpdate` in nodeModifyTable.c).
    """
    statement = level
    while statement.outer:
        statement = statement.outer
    return statement.query.flag("hasModifyingCTE") and any(
        node.tag == "RANGETBLENTRY" and node.number("rtekind") == RTEKind.CTE
        for assigned in conflict.nodes("onConflictSet")
        for node in assigned.walk()
    )


def _combines(operation: Node, level: QueryLevel) -> bool:
    """Return whether a set operation always gives a row; only UNION keeps the rows of both arms."""
    if operation.tag == "RANGETBLREF":
        return _any_in(operation, level)
    left, right = operation.node("larg"), operation.node("rarg")
    return operation.number("op") == SetOperation.UNION and any(
        side is not None and _combines(side, level) for side in (left, right)
    )


def _from_any(level: QueryLevel) -> bool:
    """Return whether FROM and WHERE always give a row."""
    tree = level.query.node("jointree")
    return (
        tree is not None
        and tree.node("quals") is None
        and all(_any_in(item, level) for item in tree.nodes("fromlist"))
    )


def _any_in(item: Node, level: QueryLevel) -> bool:
    """Return whether an item of FROM always gives a row."""
    if item.tag == "RANGETBLREF":
        entry = level.entries[item.number("rtindex") - 1]
        if level.relation(entry):  # may be empty
            return False
        if entry.number("rtekind") == RTEKind.VALUES:
            return True
        source = level.from_query(entry)
        return at_least_one(source) if source else bool(keys_of(level, entry))
    left, right = item.node("larg"), item.node("rarg")
    if left is None or right is None:
        return False
    kind = item.number("jointype")
    if kind == JoinType.INNER:
        always = item.node("quals") is None
        return always and _any_in(left, level) and _any_in(right, level)
    return (kind in (JoinType.LEFT, JoinType.FULL) and _any_in(left, level)) or (
        kind in (JoinType.RIGHT, JoinType.FULL) and _any_in(right, level)
    )
