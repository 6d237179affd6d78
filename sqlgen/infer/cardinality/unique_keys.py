"""Query tree -> its relations' and its own unique keys, and whether it gives one row at most."""

from collections.abc import Iterator

from ...model.catalog import Relation, RelationKind
from ..tree.enums import (
    CmdType,
    JoinType,
    LimitOption,
    MergeMatchKind,
    RTEKind,
    SetOperation,
)
from ..tree.nodes import Node
from ..tree.query_level import Level, own_nodes, reference, stood_for, uncoerced
from .equalities import bindings, conditions, depends_on, lateral_to, nullable_side
from .unique_indexes import Key, index_keys

_ONE_ROW: Key = frozenset()
"""The key that says that there are no two rows."""


def at_most_one(level: Level) -> bool:
    """Whether a query gives one row at most, those of RETURNING for a change of data."""
    query = level.query
    if query.number("commandType") == CmdType.SELECT:
        return limited_to(level) in (0, 1) or _selects_one(level)
    if not query.nodes("returningList") or target_has_rules(level):
        return False
    if query.number("commandType") == CmdType.INSERT:
        return not query.flag("hasTargetSRFs") and _from_one(level)
    target = query.number("resultRelation")
    if query.number("commandType") in (CmdType.UPDATE, CmdType.DELETE):
        # However many rows it is joined to, a row is changed once.
        return target in single(level)
    # MERGE: one row of the source that meets one row of the target.
    return single(level) >= from_indexes(level) | {target} and not any(
        action.number("matchKind") == MergeMatchKind.NOT_MATCHED_BY_SOURCE
        for action in query.nodes("mergeActionList")
    )


def single(level: Level, assumed: frozenset[int] = frozenset()) -> frozenset[int]:
    """The range table entries of which all rows of the result together meet one row at most.

    Those bound by all columns of a unique key to values that are the same for all rows: constants,
    parameters, columns of an outer query, and columns of entries that are single themselves;
    a least fixed point. `assumed` are taken as single.
    """
    bound_columns = tuple(bindings(level))
    found = set(assumed)
    indexes = from_indexes(level)
    grown = True
    while grown:
        grown = False
        for index in indexes - found:
            entry = level.entries[index - 1]
            if not lateral_to(entry) <= found:
                continue
            bound = {
                b.number for b in bound_columns if b.place == index and b.by <= found
            }
            if any(key <= bound for key in keys_of(level, entry)):
                found.add(index)
                grown = True
    return frozenset(found)


def from_indexes(level: Level) -> frozenset[int]:
    """The entries in FROM that are not joins; for UPDATE and DELETE also what is changed."""
    tree = level.query.node("jointree")
    return frozenset(
        node.number("rtindex")
        for node in (own_nodes(tree) if tree else ())
        if node.tag == "RANGETBLREF"
    )


def keys_of(level: Level, entry: Node) -> tuple[Key, ...]:
    """The keys of a range table entry."""
    if entry.number("rtekind") == RTEKind.VALUES:
        return (_ONE_ROW,) if len(entry.lists("values_lists")) == 1 else ()
    if entry.number("rtekind") == RTEKind.FUNCTION:
        called = [function.node("funcexpr") for function in entry.nodes("functions")]
        return () if any(map(_gives_set, called)) else (_ONE_ROW,)
    relation, source = level.relation(entry), level.source(entry)
    return (
        *(_unique(relation, entry, level) if relation else ()),
        *(_output_keys(source) if source else ()),
    )


def limited_to(level: Level) -> int | None:
    """The number that LIMIT allows, None where it is no constant or does not say."""
    limit = level.query.node("limitCount")
    constant = uncoerced(limit) if limit else None
    if (
        constant is None
        or constant.tag != "CONST"
        or constant.flag("constisnull")
        or level.query.number("limitOption") == LimitOption.WITH_TIES
    ):
        return None
    return int.from_bytes(constant.datum("constvalue"), "little")


def is_one_group(level: Level) -> bool:
    """Whether all rows become one, as aggregates or HAVING without GROUP BY make them."""
    query = level.query
    return (
        (query.flag("hasAggs") or query.node("havingQual") is not None)
        and not query.nodes("groupClause")
        and not query.nodes("groupingSets")
    )


def target_has_rules(level: Level) -> bool:
    """Whether a rule of the user's may put other statements in the place of this one."""
    index = level.query.number("resultRelation")
    relation = level.relation(level.entries[index - 1]) if index else None
    return relation is None or relation.has_rules


def _selects_one(level: Level) -> bool:
    query = level.query
    if operation := query.node("setOperations"):
        return _operates_on_one(operation, level)
    if query.flag("hasTargetSRFs"):
        return False
    if query.nodes("groupingSets"):
        return False
    return (
        is_one_group(level)
        or _groups_to_one(level, "groupClause")
        or _groups_to_one(level, "distinctClause")
        or _from_one(level)
    )


def _groups_to_one(level: Level, clause: str) -> bool:
    """Whether GROUP BY or DISTINCT is by nothing but what is the same for all rows."""
    query = level.query
    groups = {group.number("tleSortGroupRef") for group in query.nodes(clause)}
    if not groups:
        return False
    # A row that an outer join put NULLs in is in a group of its own.
    missing = nullable_side(level)
    fixed = single(level) - missing
    bound = {
        (b.place, b.number)
        for b in bindings(level)
        if b.by <= fixed and b.place not in missing
    }

    def is_fixed(expression: Node) -> bool:
        by = depends_on(expression, level)
        return (by is not None and by <= fixed) or _column(expression, level) in bound

    return all(
        is_fixed(expression)
        for entry in query.nodes("targetList")
        if entry.number("ressortgroupref") in groups
        and (expression := entry.node("expr"))
    )


def _column(node: Node, level: Level) -> tuple[int, int] | None:
    """The column that *node* is, with no cast: others may tell apart what `=` calls equal."""
    if node.tag != "VAR" or node.number("varlevelsup"):
        return None
    if expression := stood_for(node, level):
        return _column(expression, level)
    return node.number("varno"), node.number("varattno")


def _operates_on_one(operation: Node, level: Level) -> bool:
    if operation.tag == "RANGETBLREF":
        source = level.source(level.entries[operation.number("rtindex") - 1])
        return source is not None and at_most_one(source)
    left, right = operation.node("larg"), operation.node("rarg")
    if left is None or right is None or operation.number("op") == SetOperation.UNION:
        return False
    return _operates_on_one(left, level) or (
        operation.number("op") == SetOperation.INTERSECT
        and _operates_on_one(right, level)
    )


def _from_one(level: Level) -> bool:
    """Whether FROM and WHERE give one row at most; a FULL JOIN of two single rows may give two."""
    return not _has_full_join(level) and single(level) == from_indexes(level)


def _has_full_join(level: Level) -> bool:
    tree = level.query.node("jointree")
    return any(
        node.tag == "JOINEXPR" and node.number("jointype") == JoinType.FULL
        for node in (own_nodes(tree) if tree else ())
    )


def _gives_set(call: Node | None) -> bool:
    """Whether a function in FROM may give any number of rows."""
    if call is not None and call.tag == "FUNCEXPR":
        return call.flag("funcretset")
    return call is None or call.tag not in ("SQLVALUEFUNCTION", "CONST")


def _unique(relation: Relation, entry: Node, level: Level) -> Iterator[Key]:
    """A table's keys. A plain parent's say nothing of its children's rows, a partitioned one's do."""
    is_parent = relation.has_children and relation.kind is RelationKind.TABLE
    if is_parent and entry.flag("inh"):
        return
    yield from (frozenset(key.columns) for key in relation.unique_keys)
    if relation.unique_indexes:
        index = next(n for n, other in enumerate(level.entries, 1) if other is entry)
        held = [part for part, kept in conditions(level) if index not in kept]
        yield from index_keys(level, index, held)


def _output_keys(source: Level) -> tuple[Key, ...]:
    """The keys among the output columns of a query."""
    if at_most_one(source):
        return (_ONE_ROW,)
    query, output = source.query, source.output
    if (
        query.number("commandType") != CmdType.SELECT
        or query.flag("hasTargetSRFs")
        or query.node("setOperations")
        or query.nodes("groupingSets")
    ):
        return ()
    distinct = query.nodes("distinctClause")
    if distinct and not query.flag("hasDistinctOn"):
        return (frozenset(range(1, len(output) + 1)),)
    if groups := distinct or query.nodes("groupClause"):
        places = {e.number("ressortgroupref"): n for n, e in enumerate(output, 1)}
        wanted = [group.number("tleSortGroupRef") for group in groups]
        shown = all(group in places for group in wanted)
        return (frozenset(places[group] for group in wanted),) if shown else ()
    return tuple(_passed_through(source))


def _passed_through(source: Level) -> Iterator[Key]:
    """Keys of a relation that stay keys of the result, as no join repeats its rows."""
    indexes = from_indexes(source)
    shown: dict[tuple[int, int], int] = {}
    for place, output in enumerate(source.output, 1):
        expression = output.node("expr")
        column = reference(expression, source) if expression else None
        if column and column.home is source:
            shown[column.place, column.number] = place
    if _has_full_join(source):
        return
    for index in indexes:
        if single(source, frozenset({index})) == indexes:
            for key in keys_of(source, source.entries[index - 1]):
                if all((index, number) in shown for number in key):
                    yield frozenset(shown[index, number] for number in key)
