"""An INSERT -> the columns to which it gives DEFAULT."""

from .nodes import Node


def defaulted_columns(query: Node) -> frozenset[int]:
    """Return the columns to which an INSERT gives DEFAULT in some of its rows."""
    numbers: set[int] = set()
    rows = [
        row for entry in query.nodes("rtable") for row in entry.lists("values_lists")
    ]
    for entry in query.nodes("targetList"):
        expression = entry.node("expr")
        if expression is None:
            continue
        place = expression.number("varattno")
        if expression.tag == "SETTODEFAULT" or any(
            len(row) >= place > 0 and row[place - 1].tag == "SETTODEFAULT"
            for row in rows
        ):
            numbers.add(entry.number("resno"))
    return frozenset(numbers)
