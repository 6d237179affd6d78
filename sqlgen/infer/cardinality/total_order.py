"""A SELECT and the keys that it is sorted by -> whether no two rows have the same keys."""

from collections.abc import Sequence

from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, entry_column
from .grouping import are_fixed, grouped
from .unique_keys import (
    from_indexes,
    has_full_join,
    is_one_group,
    keeps_equality,
    keys_of,
    single_row_entries,
)


def missing_keys(
    level: QueryLevel, keys: Sequence[Node], not_null: Sequence[Node]
) -> tuple[str, ...] | None:
    """Return the columns to sort by too, so that no two rows have the same keys; empty if that is so already.

    *not_null* are those of the *keys* that are not NULL. None means that no columns are known to do.
    """
    query = level.query
    if query.node("setOperations") or query.flag("hasTargetSRFs"):
        return None
    if query.nodes("groupingSets"):
        return None
    fixed = {
        (column.source.varno, column.source.attno)
        for key in not_null
        if keeps_equality(key)
        and (column := entry_column(key, level))
        and column.level is level
    }
    for clause in ("distinctClause", "groupClause"):
        if query.nodes(clause):
            return _missing_groups(level, clause, keys, frozenset(fixed))
    if is_one_group(level):
        return ()
    if has_full_join(level):
        return None
    missing: list[str] = []
    indexes = from_indexes(level)
    while rest := indexes - single_row_entries(level, fixed_columns=fixed):
        for index in sorted(rest):
            if more := _smallest_key(level, index, fixed):
                fixed |= {(index, attno) for attno, _ in more}
                missing += [name for _, name in more]
                break
        else:
            return None
    return tuple(missing)


def _missing_groups(
    level: QueryLevel,
    clause: str,
    keys: Sequence[Node],
    fixed: frozenset[tuple[int, int]],
) -> tuple[str, ...] | None:
    """Return the columns of DISTINCT or GROUP BY that are no keys, and that the *fixed* keys do not decide.

    NULLs are one group.
    """
    names = {
        entry.number("ressortgroupref"): entry.string("resname")
        for entry in level.query.nodes("targetList")
    }
    rest = {
        reference: expression
        for reference, expression in grouped(level, clause).items()
        if not any(expression.same(key) for key in keys)
    }
    single = single_row_entries(level, fixed_columns=fixed) if rest else frozenset()
    missing = [
        names[reference]
        for reference, expression in rest.items()
        if not are_fixed([expression], single, fixed, level)
    ]
    return None if "" in missing else tuple(missing)


def _smallest_key(
    level: QueryLevel, index: int, fixed: set[tuple[int, int]]
) -> list[tuple[int, str]]:
    """Return the columns of an entry's smallest unique key that are not fixed: their numbers and names."""
    entry = level.entries[index - 1]
    alias = entry.node("eref")
    if alias is None:
        return []
    names = alias.strings("colnames")
    found = [
        [
            (attno, f"{alias.string('aliasname')}.{names[attno - 1]}")
            for attno in sorted(key)
            if (index, attno) not in fixed
        ]
        for key in keys_of(level, entry)
        if all(0 < attno <= len(names) for attno in key)
    ]
    return min([key for key in found if key], key=len, default=[])
