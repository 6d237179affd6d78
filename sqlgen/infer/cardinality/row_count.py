"""Query tree -> how many rows it gives, as far as that is proved, and whether its command fits."""

from ...model.catalog import Relation
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.query import Command, Query
from ...model.typed import Cardinality
from ..tree.enums import CmdType, JoinType, OnConflictAction, RTEKind, SetOperation
from ..tree.nodes import Node
from ..tree.query_level import Level
from .unique_keys import (
    at_most_one,
    from_indexes,
    is_one_group,
    keys_of,
    limited_to,
    single,
    target_has_rules,
)


def cardinality(level: Level) -> Cardinality:
    """How many rows a statement that gives columns can give."""
    if not at_most_one(level):
        return Cardinality.MANY
    if at_least_one(level):
        return Cardinality.EXACTLY_ONE
    return Cardinality.AT_MOST_ONE


def at_least_one(level: Level) -> bool:
    """Whether a query always gives a row."""
    query = level.query
    if query.number("commandType") == CmdType.INSERT:
        return _always_inserts(level)
    if query.number("commandType") != CmdType.SELECT or query.flag("hasTargetSRFs"):
        return False
    # FOR UPDATE … SKIP LOCKED skips rows, OFFSET too, and a LIMIT may be 0.
    if query.node("limitOffset") or query.nodes("rowMarks"):
        return False
    if query.node("limitCount") and not limited_to(level):
        return False
    if operation := query.node("setOperations"):
        return _combines(operation, level)
    if query.node("havingQual") or query.nodes("groupingSets"):
        return False
    return is_one_group(level) or _from_any(level)


def misfit(query: Query, level: Level, found: Cardinality) -> Diagnostic | None:
    """The warning about `:one` and `:optional` where the number of rows is another."""
    if query.command is Command.OPTIONAL and found is Cardinality.EXACTLY_ONE:
        return Diagnostic(
            code="always-one-row",
            message=f"`{query.name}` is `:optional`, but always gives exactly one row",
            label=Label(query.name_span),
            hint="make it `:one`",
            severity=Severity.WARNING,
        )
    if query.command in (Command.ONE, Command.OPTIONAL) and found is Cardinality.MANY:
        return Diagnostic(
            code="may-return-many",
            message=f"`{query.name}` is `:{query.command}`, but may give more than one row",
            label=Label(query.name_span),
            hint=_missing_key(level),
            severity=Severity.WARNING,
        )
    return None


def _always_inserts(level: Level) -> bool:
    """RETURNING of an INSERT: a row for each that was put in or updated."""
    query = level.query
    index = query.number("resultRelation")
    target = level.relation(level.entries[index - 1]) if index else None
    if target is None or target_has_rules(level) or query.flag("hasTargetSRFs"):
        return False
    if target.row_triggers:  # a BEFORE trigger that returns NULL skips the row
        return False
    conflict = query.node("onConflict")
    if conflict and (
        conflict.number("action") == OnConflictAction.NOTHING
        or conflict.node("onConflictWhere")
    ):
        return False
    return _from_any(level)


def _combines(operation: Node, level: Level) -> bool:
    """Whether a set operation always gives a row; only UNION keeps all that it is given."""
    if operation.tag == "RANGETBLREF":
        return _any_in(operation, level)
    left, right = operation.node("larg"), operation.node("rarg")
    return operation.number("op") == SetOperation.UNION and any(
        side is not None and _combines(side, level) for side in (left, right)
    )


def _from_any(level: Level) -> bool:
    """Whether FROM and WHERE always give a row."""
    tree = level.query.node("jointree")
    return (
        tree is not None
        and tree.node("quals") is None
        and all(_any_in(item, level) for item in tree.nodes("fromlist"))
    )


def _any_in(item: Node, level: Level) -> bool:
    """Whether an item of FROM always gives a row."""
    if item.tag == "RANGETBLREF":
        entry = level.entries[item.number("rtindex") - 1]
        if level.relation(entry):  # may be empty
            return False
        if entry.number("rtekind") == RTEKind.VALUES:
            return True
        source = level.source(entry)
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


def _missing_key(level: Level) -> str:
    """What to add so that one row is left: the key of the first relation that has many."""
    otherwise = "make it `:many`"
    if level.query.number("commandType") == CmdType.SELECT:
        otherwise = "add `LIMIT 1`, or make it `:many`"
    for index in sorted(from_indexes(level) - single(level)):
        relation = level.relation(level.entries[index - 1])
        if relation is None:
            continue
        keys = [_names(relation, key.columns) for key in relation.unique_keys]
        keys += [key.definition for key in relation.unique_indexes]
        if keys:
            wanted = " or ".join(f"`{key}`" for key in keys)
            return f"compare the unique key {wanted} of `{relation.name}` with `=`; else {otherwise}"
        return (
            f"`{relation.name}` has no unique key that could be compared; {otherwise}"
        )
    return otherwise


def _names(relation: Relation, columns: tuple[int, ...]) -> str:
    names = ", ".join(relation.columns[number].name for number in columns)
    return names if len(columns) == 1 else f"({names})"
