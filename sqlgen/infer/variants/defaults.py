"""The trees with a value and with DEFAULT -> whether DEFAULT may stand there, and what the column is then."""

from collections.abc import Sequence

from ..columns.missing_columns import filled_table, is_required
from ..tree.alternatives import UNKNOWN
from ..tree.enums import CmdType
from ..tree.nodes import Node, stored_query
from ..tree.query_level import QueryLevel
from ..tree.written_table import TABLES
from .comparison import Difference
from .known import Alternative
from .refusals import OTHERWISE_CHANGED, Refusal


def default_value(
    found: Sequence[Difference], statement: QueryLevel
) -> Alternative | Refusal:
    """Return what a value of VALUES is if DEFAULT stands in its place, or why it cannot stand there.

    *found* are the differences of the trees. There may be one only, a value of an INSERT.
    """
    if len(found) != 1 or found[0].after.tag != "SETTODEFAULT":
        return OTHERWISE_CHANGED
    path = found[0].path
    if len(path) < 2 or path[-2].node.tag != "QUERY":
        return Refusal("it is not in VALUES of an INSERT")
    query = path[-2].node
    level = next((each for each in statement.all if each.query is query), None)
    number = _column_number(found[0])
    if level is None or not number or query.number("commandType") != CmdType.INSERT:
        return Refusal("it is not in VALUES of an INSERT")
    table = filled_table(level)
    name = table.column(number) if table else None
    columns = table.relation.columns.values() if table else ()
    column = next((each for each in columns if each.name == name), None)
    defaults = frozenset(table.defaulted_by_views() if table else ())
    if column and is_required(column) and name not in defaults:
        return Refusal(
            f"the column `{column.name}` is NOT NULL and has no default, so that each such call would fail",
            "give the column a DEFAULT, or take the parameter out of `-- sqlgen: default`",
        )
    return Alternative(
        tuple([step.place for step in path]), _default(level, number) or UNKNOWN
    )


def _column_number(found: Difference) -> int:
    """Return the number of the column that a value is inserted into, 0 if it is none."""
    container, field, _ = found.path[-1]
    query = found.path[-2].node
    if (container.tag, field) == ("TARGETENTRY", "expr"):
        return container.number("resno")
    if (container.tag, field) != ("RANGETBLENTRY", "values_lists"):
        return 0
    entries = query.nodes("rtable")
    varno = next(n for n, entry in enumerate(entries, 1) if entry is container)
    attno = next(
        n
        for row in container.lists("values_lists")
        for n, value in enumerate(row, 1)
        if value is found.before
    )
    for target in query.nodes("targetList"):
        value = target.node("expr")
        if (
            value is not None
            and value.tag == "VAR"
            and (value.number("varno"), value.number("varattno")) == (varno, attno)
        ):
            return target.number("resno")
    return 0


def _default(level: QueryLevel, number: int) -> Node | None:
    """Return the DEFAULT of a table's column, None where it has none of its own, or for a view."""
    entry = level.entry(level.query.number("resultRelation"))
    relation = level.relation(entry) if entry else None
    if relation is None or relation.kind not in TABLES:
        return None
    return stored_query(relation.columns[number].default)
