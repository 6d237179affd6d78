"""A statement -> warnings about parameters that it sorts by."""

from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.query import Query
from ...model.source import Span
from ..columns.spans import characters
from ..tree.enums import ParamKind
from ..tree.expressions import uncoerced
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel


def sort_warnings(query: Query, statement: QueryLevel) -> Iterator[Diagnostic]:
    """Yield a warning for each `ORDER BY :name`: the same value for all rows, which sorts nothing."""
    for level in statement.all:
        keys = {
            key.number("tleSortGroupRef") for key in level.query.nodes("sortClause")
        }
        for entry in level.query.nodes("targetList") if keys else ():
            expression = entry.node("expr")
            # Of a parameter that is selected as well, it may be the column's name that is sorted by.
            if (
                expression is None
                or not entry.flag("resjunk")
                or entry.number("ressortgroupref") not in keys
            ):
                continue
            parameter = uncoerced(expression)
            if (
                parameter.tag == "PARAM"
                and parameter.number("paramkind") == ParamKind.EXTERN
            ):
                yield _warning(query, parameter)


def _warning(query: Query, parameter: Node) -> Diagnostic:
    span = _span(query, parameter)
    written = span.text
    return Diagnostic(
        code="order-by-parameter",
        message=f"`ORDER BY {written}` sorts nothing: {written} is a value, the same for all rows,"
        " and never the name of a column",
        label=Label(span),
        hint=(
            f"let calls choose between columns: `-- sqlgen: order {written[1:]} by name | id`"
            if query.parameters[0].name
            else f"choose between columns: `ORDER BY CASE {written} WHEN 'name' THEN name END`"
        ),
        severity=Severity.WARNING,
    )


def _span(query: Query, parameter: Node) -> Span:
    """Return the parameter's place in the file, else its first one."""
    spans = query.parameters[parameter.number("paramid") - 1].spans
    offset = characters(query.sql.text, parameter.location)
    start = query.sql.to_source(offset) if parameter.location >= 0 else -1
    return next((span for span in spans if span.start == start), spans[0])
