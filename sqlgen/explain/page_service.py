"""The plans of a first and a next page -> whether an index serves their conditions and order at once. Pure."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from ..model.frozen import frozen
from .asking import AskedSettings, StatementPlans
from .conditions import columns_of, own_side, quoted, references, tokens, unquoted
from .indexes import Index, TableIndexes
from .plan_nodes import PlanNode
from .service import own_conditions, shown_conditions

_SORT_KEY: Final = re.compile(
    r"(?P<expression>.*?)(?P<direction>(?: DESC)?(?: NULLS (?:FIRST|LAST))?)", re.DOTALL
)
"""A key as EXPLAIN prints it (`show_sortorder_options` in commands/explain.c)."""


class PageEffect(StrEnum):
    """The work that each page takes, since no index serves it."""

    SORTS = "sorts"
    FILTERS = "filters"
    REREADS = "rereads"


@frozen
class UnservedPage:
    """A table from which pages are read, though no index serves their conditions and order at once.

    `conditions` are those in which a column equals one value, as EXPLAIN prints them, with `alias` before the
    table's own columns. `keys` are the items of the order, as an index has them.
    """

    schema: str
    table: str
    alias: str
    conditions: tuple[str, ...]
    keys: tuple[str, ...]
    effect: PageEffect

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the conditions without the alias of the table, whose column comes first."""
        return shown_conditions(self.conditions, self.alias)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the conditions, and those of the order."""
        in_conditions = [c for t in self.conditions for c in columns_of(t, self.alias)]
        in_order = [unquoted(_item_column(key)) for key in self.keys]
        return tuple(dict.fromkeys([*in_conditions, *in_order]))


def page_pairs(
    statements: Sequence[StatementPlans],
) -> dict[str, tuple[StatementPlans, StatementPlans]]:
    """Return the plans of a first page and of a next one by the label that they have; without errors."""
    first = {s.variant.page: s for s in statements if not s.variant.is_next}
    return {
        s.variant.page: (first[s.variant.page], s)
        for s in statements
        if s.variant.is_next and not s.error and not first[s.variant.page].error
    }


def page_index_used(following: StatementPlans, indexes: TableIndexes) -> Index | None:
    """Return the index by which a next page is read; None if it is none, or one of a partition."""
    plan = following.plans.get(AskedSettings.ORDERS)
    scan = next((node for node in _chain(plan) if node.index), None)
    return indexes.named(scan.schema, scan.index) if scan else None


def unserved_page(
    first: StatementPlans, following: StatementPlans, indexes: TableIndexes
) -> UnservedPage | None:
    """Return what no index serves of a page and the one after it.

    None if one does, or it is not known which could: the order is that of several tables, of partitions, or of
    what is computed. An index that gives only the first keys of the order is enough.
    """
    sorted_ = first.plans.get(AskedSettings.SORTED)
    plans = [one.plans.get(AskedSettings.ORDERS) for one in (first, following)]
    sort = next((n for n in _chain(sorted_) if n.kind == "Sort"), None)
    if sort is None or plans[0] is None or plans[1] is None:
        return None
    keys = [_key(text) for text in sort.sort_key]
    tables = {key[0] for key in keys if key}
    if None in keys or len(tables) != 1:
        return None
    [alias] = tables
    scan = _scan(sort, alias)
    # Rows of a table that is looked up for those of another come in the other's order.
    if (
        scan is None
        or scan not in [*_chain(sort)]
        or (scan.schema, scan.relation) != indexes.root(scan.schema, scan.relation)
    ):
        return None
    columns = [key[1] for key in keys if key]
    texts = (scan.index_condition or scan.recheck_condition, scan.filter)
    equal = [
        condition
        for text in texts
        for condition in own_conditions(text, alias)
        if _is_one_value(condition, alias)
        and not {*columns_of(condition, alias)} & {*columns}
    ]
    effect = _effect(plans[0], plans[1], alias, columns[0], equal)
    if effect is None:
        return None
    items = [key[2] for key in keys if key]
    if all(item.endswith(" DESC") for item in items):
        items = [item.removesuffix(" DESC") for item in items]  # it is read backwards
    return UnservedPage(
        scan.schema, scan.relation, alias, tuple(equal), tuple(items), effect
    )


def _effect(
    first: PlanNode,
    following: PlanNode,
    alias: str,
    key: str,
    equal: Sequence[str],
) -> PageEffect | None:
    if any(node.kind == "Sort" for node in _chain(first)):
        return PageEffect.SORTS
    scans = _scan(first, alias), _scan(following, alias)
    if scans[0] is None or scans[1] is None:
        return None
    looked_up = {*columns_of(scans[0].index_condition, alias)}
    wanted = {column for text in equal for column in columns_of(text, alias)}
    if wanted and looked_up.isdisjoint(wanted):
        return PageEffect.FILTERS
    if key not in columns_of(scans[1].index_condition, alias):
        return PageEffect.REREADS
    return None


def _chain(plan: PlanNode | None) -> Iterator[PlanNode]:
    """Yield the nodes through which the rows come in their order, from the top down."""
    while plan is not None:
        yield plan
        below = [
            child
            for child in plan.children
            if child.relationship in ("Outer", "Subquery", "Member")
        ]
        plan = below[0] if below else None


def _scan(plan: PlanNode, alias: str) -> PlanNode | None:
    """Return the scan of the table of that *alias*; None without one, or if there are several."""
    scans = [n for n in plan.nodes() if n.alias == alias and n.relation]
    return scans[0] if len(scans) == 1 else None


def _is_one_value(condition: str, alias: str) -> bool:
    """Return whether the condition is that a column equals a value that no other table has."""
    side = own_side(condition, alias)
    return (
        side is not None
        and side.operator == "="
        and not side.right.startswith(("ANY ", "ALL "))
        and not [*references(side.right)]
        and _column(side.left) is not None
    )


def _column(text: str) -> tuple[str, str] | None:
    """Return the alias and the column that the text is; None if it is something else."""
    parts = [token for token in tokens(text) if token.kind != "space"]
    if [part.kind for part in parts] != ["name", "other", "name"]:
        return None
    return unquoted(parts[0].text), unquoted(parts[2].text)


def _item_column(item: str) -> str:
    """Return the column of an item of an index."""
    match = _SORT_KEY.fullmatch(item)
    return match["expression"] if match else item


def _key(text: str) -> tuple[str, str, str] | None:
    """Return the alias, the column and the item of an index for a key of a Sort; None for an expression."""
    match = _SORT_KEY.fullmatch(text)
    column = _column(match["expression"]) if match else None
    if match is None or column is None:
        return None
    return *column, quoted(column[1]) + match["direction"]
