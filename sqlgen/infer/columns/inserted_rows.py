"""A statement -> its INSERTs, each with the columns that it gives a value."""

from collections.abc import Iterator

from ...model.constraints import ConstraintKind
from ...model.typed import InsertedRow
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.written_table import WrittenTable
from .missing_columns import filled_columns, filled_table, inserted_targets


def inserted_rows(statement: QueryLevel) -> tuple[InsertedRow, ...]:
    """Return the INSERTs of a statement, also within MERGE or WITH, that name a table themselves."""
    return tuple(dict.fromkeys(_inserted_rows(statement)))


def _inserted_rows(statement: QueryLevel) -> Iterator[InsertedRow]:
    for level in statement.all:
        table = filled_table(level)
        if table is None or table.views:
            continue
        conflict = level.query.node("onConflict")
        columns, constraint = _arbiter(conflict, table) if conflict else ((), "")
        for targets in inserted_targets(level):
            filled = filled_columns(targets, table, level)
            yield InsertedRow(
                table.relation.schema,
                table.relation.name,
                tuple(sorted(filter(None, filled))),
                columns,
                constraint,
            )


def _arbiter(conflict: Node, table: WrittenTable) -> tuple[tuple[str, ...], str]:
    """Return the columns or the constraint that ON CONFLICT names; neither if it is more than columns."""
    if named := conflict.number("constraint"):
        names = [
            one.violation.name
            for one in table.relation.constraints
            if named in one.oids
            and one.violation.kind in (ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)
        ]
        return (), names[0] if names else ""
    columns: set[str] = set()
    if conflict.node("arbiterWhere"):
        return (), ""
    for element in conflict.nodes("arbiterElems"):
        expression = element.node("expr")
        if (
            expression is None
            or expression.tag != "VAR"
            or element.number("infercollid")
            or element.number("inferopclass")
        ):
            return (), ""
        if name := table.column(expression.number("varattno")):
            columns.add(name)
    return tuple(sorted(columns)), ""
