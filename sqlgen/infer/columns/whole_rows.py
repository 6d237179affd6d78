"""A statement -> the whole rows that it returns, and the columns that they are made of.

`SELECT t` gives a value of the table's row type, which gets fields when the table gets columns. So the
statement that runs has `ROW(t.id, …)::text` instead, which is sent as the same text. That is done for
whole rows that reach the result as they are: by subqueries, CTEs, `ARRAY(…)`, `array_agg`, COALESCE,
CASE and UNION ALL. All others stay: a test of a row, or a field of it, needs the row itself.

JSON has the names of a row's columns as keys. A whole row that becomes JSON of the result is
written out as a row with these names, `(SELECT r FROM (SELECT t.id, …) AS r)`.
"""

from collections.abc import Iterator, Sequence

from ...model.typed import Star
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .json_arguments import json_arguments
from .row_tracing import RowTracing, is_whole
from .sql_tokens import SqlTokens


def whole_rows(statement: QueryLevel, text: str) -> tuple[dict[int, Star], set[int]]:
    """Return the whole rows to write out, by place, and the numbers of the columns that they make.

    A column is written out as a whole or not at all.
    """
    nodes = [node for level in statement.all for node in level.query.own]
    if not any(is_whole(node) or node.tag == "ROWEXPR" for node in nodes):
        return {}, set()
    tokens = SqlTokens(text)
    tracings: list[RowTracing] = []
    for number in range(1, len(statement.output) + 1):
        tracing = RowTracing(statement, tokens, number)
        if tracing.column(statement, number):
            tracings += tracing.all
    for value, level in json_arguments(statement):
        tracing = RowTracing(statement, tokens, as_json=True)
        if tracing.value(value, level):
            tracings += tracing.all
    while shared := [t for t in tracings if not _is_complete(t, tracings)]:
        dropped = [inner for tracing in shared for inner in tracing.all]
        tracings = [tracing for tracing in tracings if tracing not in dropped]
    texts = {
        (id(query), number)
        for tracing in tracings
        if not tracing.as_json
        for query, number in tracing.columns
    }
    stars = [row.star(texts) for tracing in tracings for row in tracing.rows]
    stars += [star for tracing in tracings for star in tracing.texts]
    numbers = {tracing.number for tracing in tracings if tracing.number}
    return {star.start: star for star in stars}, numbers


def _is_complete(tracing: RowTracing, tracings: Sequence[RowTracing]) -> bool:
    """Return whether only columns that are traced use what a tracing's subqueries and CTEs return."""
    alike = [t.traced for t in tracings if t.as_json == tracing.as_json]
    traced = set().union(*alike)
    for query, output_number in tracing.columns:
        for level in tracing.statement.all:
            for var in _vars(level):
                if id(var) in traced or var.number("varattno") not in (
                    0,
                    output_number,
                ):
                    continue
                column = level.resolve(var)
                if column and column.source.query is query:
                    return False
    return True


def _vars(level: QueryLevel) -> Iterator[Node]:
    """Yield the columns that a query itself mentions, not those that its joins merely have."""
    merged: set[int] = set()
    for entry in level.entries:
        for node in entry.nodes("joinaliasvars"):
            merged.update(id(part) for part in node.own)
    for node in level.query.own:
        if node.tag == "VAR" and id(node) not in merged:
            yield node
