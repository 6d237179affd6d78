"""The plans of a query's statements -> which tables an index serves, in few words to keep. Pure."""

from collections.abc import Mapping, Sequence

from ..model.frozen import frozen
from .asking import AskedSettings, StatementPlans
from .indexes import TableIndexes
from .service import unserved_scans, used_indexes


@frozen
class IndexService:
    """The tables that a query has conditions on, by `schema.table`.

    `served` has the indexes that look up rows, `unserved` the columns in conditions of which no index serves
    any, in one of the query's statements at least.
    """

    served: Mapping[str, tuple[str, ...]]
    unserved: Mapping[str, tuple[str, ...]]


def index_service(
    statements: Sequence[StatementPlans], indexes: TableIndexes
) -> IndexService:
    """Return what indexes do for a query, by its plans for `AskedSettings.CONDITIONS`."""
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
    return IndexService(
        {name: tuple(sorted(served[name])) for name in sorted(served)},
        {name: tuple(sorted(unserved[name])) for name in sorted(unserved)},
    )
