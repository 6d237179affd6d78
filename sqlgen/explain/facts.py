"""The plans of a query's statements -> which tables an index serves, in few words to keep. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from ..model.frozen import frozen
from .asking import AskedSettings, StatementPlans
from .indexes import TableIndexes
from .page_service import page_index_used, page_pairs, unserved_page
from .service import unserved_scans, used_indexes


@frozen
class IndexService:
    """The tables that a query has conditions on, by `schema.table`.

    `served` has the indexes that look up rows, `unserved` the columns in conditions of which no index serves
    any, in one of the query's statements at least. Of a `:page` query, `pages` are the indexes that serve conditions
    and order of a page, `unserved_pages` the columns of which none does.
    """

    served: Mapping[str, tuple[str, ...]]
    unserved: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unserved_pages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def index_service(
    statements: Sequence[StatementPlans], indexes: TableIndexes
) -> IndexService:
    """Return what indexes do for a query, by the plans of its statements, and those of its pages."""
    served: dict[str, set[str]] = {}
    unserved: dict[str, set[str]] = {}
    for statement in statements:
        plan = statement.plans.get(AskedSettings.CONDITIONS)
        if plan is None or statement.variant.is_order:
            continue
        whole = unserved_scans(plan, indexes)
        for scan in whole:
            name = f"{scan.schema}.{scan.table}"
            unserved.setdefault(name, set()).update(scan.columns)
        for schema, index_name in used_indexes(plan, indexes):
            if index := indexes.named(schema, index_name):
                name = f"{schema}.{index.table}"
                served.setdefault(name, set()).add(index_name)
    pages: dict[str, set[str]] = {}
    unserved_pages: dict[str, set[str]] = {}
    for first, following in page_pairs(statements).values():
        page = unserved_page(first, following, indexes)
        if page:
            name = f"{page.schema}.{page.table}"
            unserved_pages.setdefault(name, set()).update(page.columns)
        elif index := page_index_used(following, indexes):
            name = f"{index.schema}.{index.table}"
            pages.setdefault(name, set()).add(index.name)
    return IndexService(*map(_sorted, (served, unserved, pages, unserved_pages)))


def _sorted(names: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {table: tuple(sorted(names[table])) for table in sorted(names)}
