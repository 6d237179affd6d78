"""The verdicts of another tool, TypedQuery -> a table of those in which the two differ."""

from collections.abc import Iterable, Mapping

from ..model.frozen import frozen
from ..model.typed import TypedQuery
from .imported import ColumnVerdict

Verdicts = Mapping[tuple[str, str], tuple[ColumnVerdict, ...]]
"""The verdicts of another tool about a query's columns, by the path of the query file and the query's name."""

_WORDS = {True: "may be NULL", False: "never NULL"}


@frozen(kw_only=True)
class ComparedColumn:
    """A column of both tools; `reason` is that of sqlgen."""

    query: str
    column: str
    theirs: bool
    ours: bool
    reason: str


def compared_columns(
    verdicts: Verdicts, queries: Iterable[TypedQuery]
) -> tuple[ComparedColumn, ...]:
    """Return the columns of the *queries* about which the other tool has a verdict.

    A query counts only if both tools see the same number of columns.
    """
    columns: list[ComparedColumn] = []
    for query in queries:
        path = query.query.name_span.source.path
        theirs = verdicts.get((path, query.query.name), ())
        if len(theirs) != len(query.columns):
            continue
        for verdict, column in zip(theirs, query.columns, strict=True):
            if verdict.nullable is not None:
                columns.append(
                    ComparedColumn(
                        query=query.query.name,
                        column=column.name,
                        theirs=verdict.nullable,
                        ours=column.nullable,
                        reason=column.reason,
                    )
                )
    return tuple(columns)


def comparison_text(
    tool: str, verdicts: Verdicts, queries: Iterable[TypedQuery]
) -> str:
    """Return a line for each column about which *tool* and sqlgen differ, and their number."""
    columns = compared_columns(verdicts, queries)
    if not columns:
        return f"no verdicts of {tool} to compare with"
    differing = [column for column in columns if column.theirs != column.ours]
    names = [f"{column.query}.{column.column}" for column in differing]
    width = max(map(len, names), default=0)
    lines = [
        f"{name:{width}}  {tool}: {_WORDS[column.theirs]}  sqlgen: {_WORDS[column.ours]} ({column.reason})"
        for name, column in zip(names, differing, strict=True)
    ]
    same = len(columns) - len(differing)
    total = f"{same} of {len(columns)} columns have the same nullability in {tool} and sqlgen"
    return "\n".join([*lines, total])
