"""A write through views -> those whose CHECK OPTION it may violate."""

from collections.abc import Iterable, Iterator

from ...model.catalog import Catalog, Relation
from ...model.constraints import ConstraintKind, Violation
from ...model.frozen import frozen
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel

_CALLS = {
    "DISTINCTEXPR": "opfuncid",
    "FUNCEXPR": "funcid",
    "OPEXPR": "opfuncid",
    "SCALARARRAYOPEXPR": "opfuncid",
}
"""The field with the function that a node calls, by its tag."""

_PLAIN = frozenset(
    {
        *("BOOLEANTEST", "BOOLEXPR", "CASEEXPR", "CASEWHEN", "COALESCEEXPR", "CONST"),
        *("NULLTEST", "RELABELTYPE", "VAR"),
    }
)
"""The tags of nodes that give the same for the same."""


@frozen
class CheckedView:
    """A view with the `columns` of the table that its condition depends on, `None` if on more than these."""

    violation: Violation
    columns: frozenset[str] | None


def checked_views(
    views: Iterable[tuple[Relation, QueryLevel]], table: Relation
) -> Iterator[CheckedView]:
    """Yield the views whose condition the new rows of *table* must satisfy.

    *views* are those through which it is written and their queries, from the outermost to that of the table
    itself. Below WITH CASCADED CHECK OPTION, all views are checked, each under its own name
    (`rewriteTargetView` in rewriteHandler.c).
    """
    cascaded = False
    for view, level in views:
        is_checked = cascaded or bool(view.check_option)
        cascaded = cascaded or view.check_option == "cascaded"
        tree = level.query.node("jointree")
        condition = tree.node("quals") if tree else None
        if not is_checked or condition is None:
            continue
        names = view.schema, view.name, ""
        # PostgreSQL does not say of which schema the view is.
        violation = Violation(
            ConstraintKind.CHECK_OPTION,
            *names,
            "CHECK OPTION",
            (names,) if view.shares_name else (),
        )
        yield CheckedView(violation, _columns(condition, level, table))


def _columns(
    condition: Node, level: QueryLevel, table: Relation
) -> frozenset[str] | None:
    """Return the columns of the table that alone decide on a condition, `None` if there may be more."""
    names: set[str] = set()
    for node in condition.walk():
        if not _is_stable(node, level.catalog):
            return None
        if node.tag == "VAR":
            column = origin(node, level)
            if column is None or column.table != table.oid:
                return None
            stored = table.columns.get(column.number)
            if stored is None:
                return None
            names.add(stored.name)
    return frozenset(names)


def _is_stable(node: Node, catalog: Catalog) -> bool:
    """Return whether a node gives the same for the same values within a statement."""
    if node.tag in _CALLS:
        function = catalog.functions.get(node.number(_CALLS[node.tag]))
        return function is not None and function.system and not function.volatile
    return node.tag in _PLAIN
