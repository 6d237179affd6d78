"""A query -> its relations' and its own unique keys, and whether it gives one row at most."""

from collections.abc import Collection, Iterator
from typing import Final

from ...model import postgres
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
from ..tree.query_level import QueryLevel, entry_column
from .equalities import conditions, equalities, lateral_to
from .grouping import are_fixed, column_of, grouped
from .unique_indexes import Key, index_keys

_ONE_ROW: Key = frozenset()
"""The key of a relation that has one row at most."""


def at_most_one(level: QueryLevel) -> bool:
    """Return whether a query gives one row at most; for a change of data, by RETURNING."""
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
        return target in single_row_entries(level)
    # MERGE: one row of the source that meets one row of the target.
    return single_row_entries(level) >= from_indexes(level) | {target} and not any(
        action.number("matchKind") == MergeMatchKind.NOT_MATCHED_BY_SOURCE
        for action in query.nodes("mergeActionList")
    )


def single_row_entries(
    level: QueryLevel,
    assumed: frozenset[int] = frozenset(),
    fixed_columns: Collection[tuple[int, int]] = (),
) -> frozenset[int]:
    """Return the range table entries of which all rows of the result together have one row at most.

    All columns of a unique key of theirs are equal to values that are the same for all rows:
    constants, parameters, columns of an outer query, and columns of entries that are single
    themselves; a least fixed point. `assumed` are taken as single, and the `fixed_columns`, by the numbers of
    their entry and their own, as equal to constants.
    """
    all_equalities = tuple(equalities(level))
    entries = set(assumed)
    indexes = from_indexes(level)
    grown = True
    while grown:
        grown = False
        for index in indexes - entries:
            entry = level.entries[index - 1]
            if not lateral_to(entry) <= entries:
                continue
            fixed = {
                equality.attno
                for equality in all_equalities
                if equality.varno == index and equality.depends_on <= entries
            }
            fixed |= {attno for varno, attno in fixed_columns if varno == index}
            if any(key <= fixed for key in keys_of(level, entry)):
                entries.add(index)
                grown = True
    return frozenset(entries)


def from_indexes(level: QueryLevel) -> frozenset[int]:
    """Return the entries in FROM that are not joins; for UPDATE and DELETE also the changed table."""
    tree = level.query.node("jointree")
    return frozenset(
        node.number("rtindex")
        for node in (tree.own if tree else ())
        if node.tag == "RANGETBLREF"
    )


def keys_of(level: QueryLevel, entry: Node) -> tuple[Key, ...]:
    """Return the unique keys of a range table entry."""
    if entry.number("rtekind") == RTEKind.VALUES:
        return (_ONE_ROW,) if len(entry.lists("values_lists")) == 1 else ()
    if entry.number("rtekind") == RTEKind.FUNCTION:
        calls = [function.node("funcexpr") for function in entry.nodes("functions")]
        return () if any(map(_gives_set, calls)) else (_ONE_ROW,)
    relation, source = level.relation(entry), level.from_query(entry)
    return (
        *(_unique(relation, entry, level) if relation else ()),
        *(_output_keys(source) if source else ()),
    )


def limited_to(level: QueryLevel) -> int | None:
    """Return the number of rows that LIMIT allows, None without a LIMIT or if it is no constant."""
    constant = level.query.node("limitCount")
    if constant is not None and constant.tag == "FUNCEXPR":
        function = level.catalog.functions.get(constant.number("funcid"))
        if function is None or not function.system or function.signature != _WIDENS:
            return None  # another cast may give another number: `LIMIT 0.4` is LIMIT 0
        constant = constant.nodes("args")[0]
    if (
        constant is None
        or constant.tag != "CONST"
        or constant.flag("constisnull")
        or level.query.number("limitOption") == LimitOption.WITH_TIES
    ):
        return None
    return int.from_bytes(constant.datum("constvalue"), "little")


_WIDENS: Final = "int8(integer)"
"""The cast that `LIMIT 1` has to the type of a LIMIT."""


def is_one_group(level: QueryLevel) -> bool:
    """Return whether all rows become one, as aggregates or HAVING without GROUP BY make them."""
    query = level.query
    return (
        (query.flag("hasAggs") or query.node("havingQual") is not None)
        and not query.nodes("groupClause")
        and not query.nodes("groupingSets")
    )


def target_has_rules(level: QueryLevel) -> bool:
    """Return whether a rule of the user's may put other statements in the place of this one."""
    written = level.written
    return not written or any(relation.has_rules for relation in written)


def _selects_one(level: QueryLevel) -> bool:
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


def _groups_to_one(level: QueryLevel, clause: str) -> bool:
    """Return whether all expressions of GROUP BY or DISTINCT are the same for all rows."""
    expressions = grouped(level, clause).values()
    return bool(expressions) and are_fixed(
        expressions, single_row_entries(level), frozenset(), level
    )


def _operates_on_one(operation: Node, level: QueryLevel) -> bool:
    if operation.tag == "RANGETBLREF":
        source = level.from_query(level.entries[operation.number("rtindex") - 1])
        return source is not None and at_most_one(source)
    left, right = operation.node("larg"), operation.node("rarg")
    if left is None or right is None or operation.number("op") == SetOperation.UNION:
        return False
    return _operates_on_one(left, level) or (
        operation.number("op") == SetOperation.INTERSECT
        and _operates_on_one(right, level)
    )


def _from_one(level: QueryLevel) -> bool:
    """Return whether FROM and WHERE give one row at most; a FULL JOIN of two rows may give two."""
    return not has_full_join(level) and single_row_entries(level) == from_indexes(level)


def has_full_join(level: QueryLevel) -> bool:
    """Return whether a FULL JOIN may give rows of which either side is missing."""
    tree = level.query.node("jointree")
    return any(
        node.tag == "JOINEXPR" and node.number("jointype") == JoinType.FULL
        for node in (tree.own if tree else ())
    )


def _gives_set(call: Node | None) -> bool:
    """Return whether a function in FROM may give any number of rows."""
    if call is not None and call.tag == "FUNCEXPR":
        return call.flag("funcretset")
    return call is None or call.tag not in ("SQLVALUEFUNCTION", "CONST")


def _unique(relation: Relation, entry: Node, level: QueryLevel) -> Iterator[Key]:
    """Yield a table's keys, but for those of a plain parent, which its children's rows may break."""
    is_parent = relation.has_children and relation.kind is RelationKind.TABLE
    if is_parent and entry.flag("inh"):
        return
    yield from (frozenset(key.columns) for key in relation.unique_keys)
    if relation.unique_indexes:
        index = next(n for n, other in enumerate(level.entries, 1) if other is entry)
        fulfilled = [part for part, kept in conditions(level) if index not in kept]
        yield from index_keys(level, index, fulfilled)


def keeps_equality(expression: Node) -> bool:
    """Return whether the casts and collations around a column call no more values equal than the column does."""
    while inner := expression.node("arg"):
        if expression.tag == "COLLATEEXPR":
            return False
        type_ = expression.number("resulttype")
        if type_ == _BPCHAR or type_ >= postgres.FIRST_NORMAL_OBJECT_ID:
            return False
        expression = inner
    return True


_BPCHAR: Final = 1042
"""The oid of `character` (pg_type.dat), which calls values equal that differ in blanks at their end."""


def _output_keys(source: QueryLevel) -> tuple[Key, ...]:
    """Return the unique keys among the output columns of a query."""
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
    for clause in ("distinctClause", "groupClause"):
        if query.nodes(clause):
            return tuple(_group_keys(source, clause))
    return tuple(_passed_through(source))


def _group_keys(source: QueryLevel, clause: str) -> Iterator[Key]:
    """Yield keys of a result with a row for each group.

    A column that the others decide is not needed: in `GROUP BY o.id, c.name`, where `c` is the one customer of
    the order `o`, the order's id alone is a key.
    """
    expressions = grouped(source, clause)
    places = {
        reference: place
        for place, entry in enumerate(source.output, 1)
        if (reference := entry.number("ressortgroupref")) in expressions
    }

    def decides(references: Collection[int]) -> bool:
        rest = expressions.keys() - references
        columns = [column_of(expressions[r], source) for r in references]
        fixed = frozenset([column for column in columns if column])
        return not rest or are_fixed(
            [expressions[reference] for reference in rest],
            single_row_entries(source, fixed_columns=fixed),
            fixed,
            source,
        )

    alone = [reference for reference in places if decides({reference})]
    if alone:
        yield from (frozenset({places[reference]}) for reference in alone)
        return
    needed = set(places)
    if not decides(needed):
        return
    for reference in places:
        if decides(needed - {reference}):
            needed.remove(reference)
    yield frozenset(places[reference] for reference in needed)


def _passed_through(source: QueryLevel) -> Iterator[Key]:
    """Yield the keys of relations that stay keys of the result, as no join repeats their rows."""
    indexes = from_indexes(source)
    places: dict[tuple[int, int], int] = {}
    for place, expression in enumerate(source.output_expressions, 1):
        column = entry_column(expression, source) if expression else None
        if (
            expression
            and column
            and column.level is source
            and keeps_equality(expression)
        ):
            places[column.source.varno, column.source.attno] = place
    if has_full_join(source):
        return
    for index in indexes:
        if single_row_entries(source, frozenset({index})) == indexes:
            for key in keys_of(source, source.entries[index - 1]):
                if all((index, number) in places for number in key):
                    yield frozenset(places[index, number] for number in key)
