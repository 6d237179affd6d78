"""Descriptions of the queries in Rust by SQLx: the order of their columns, and the nullability of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...model.diagnostic import Diagnostic
from ...model.frozen import frozen
from ...model.source import Span
from ..imported import ColumnVerdict, ImportedQuery
from ..remarks import imported_differently
from .prepared import PreparedQuery


@frozen
class FoundQuery:
    """A query with the text that it had in Rust, by which SQLx knows it."""

    query: ImportedQuery
    text: str


def with_verdicts(found: FoundQuery, described: PreparedQuery | None) -> FoundQuery:
    """Return the query with the verdicts of SQLx, if that has described it."""
    if described is None:
        return found
    return FoundQuery(replace(found.query, verdicts=verdicts(described)), found.text)


def verdicts(described: PreparedQuery) -> tuple[ColumnVerdict, ...]:
    """Return the verdicts of SQLx, which are those of a column's name if it has a mark.

    What SQLx does not know is an `Option` in Rust.
    """
    columns: list[ColumnVerdict] = []
    for name, nullable in zip(described.columns, described.nullable, strict=False):
        mark = name.split(":")[0].rstrip()[-1:]
        marked = {"!": False, "?": True}.get(mark, nullable is not False)
        columns.append(ColumnVerdict(_plain(name), marked))
    return tuple(columns)


def differing_rows(
    found: Mapping[str, Sequence[FoundQuery]],
    prepared: Mapping[str, PreparedQuery],
    problems: list[Diagnostic],
) -> set[str]:
    """Return the types whose queries give their columns in different orders: no class of rows can be shared."""
    orders: dict[str, dict[tuple[str, ...], Span]] = {}
    for queries in found.values():
        for one in queries:
            described = prepared.get(one.text)
            if one.query.row and described:
                columns = tuple(map(_plain, described.columns))
                orders.setdefault(one.query.row, {}).setdefault(
                    columns, one.query.place
                )
    differing = {row for row, columns in orders.items() if len(columns) > 1}
    for row in sorted(differing):
        message = f"queries of `{row}` have different columns, or another order of them"
        hint = (
            f"list the same columns in all of them, and add `-> {row}` to their headers"
        )
        place = list(orders[row].values())[1]
        problems.append(imported_differently(message, place, hint))
    return differing


def _plain(column: str) -> str:
    return column.split(":")[0].rstrip("!? ")
