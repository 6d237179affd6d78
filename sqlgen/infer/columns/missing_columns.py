"""A statement -> the columns that its INSERTs leave out, although each row must have a value for them."""

import re
from collections.abc import Iterator, Sequence

from ...model.catalog import Column, DomainType, Relation
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.query import Query
from ...model.source import Span
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.written_table import TABLES, WrittenTable, written_table

_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_INTO = re.compile(rf"\binto\s+(?:{_NAME}\s*\.\s*)?(?P<name>{_NAME})", re.IGNORECASE)


def missing_columns(query: Query, statement: QueryLevel) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each INSERT, also within MERGE or WITH, that can store no row.

    It leaves out, or leaves to a missing DEFAULT, a column that cannot be NULL. Columns of tables with
    a BEFORE INSERT trigger or rules are passed over, since these may fill them. It is an error where
    there is always a row to store, so that the statement always fails, else a warning.
    """
    for level in statement.all:
        table = filled_table(level)
        if table is None:
            continue
        for targets in inserted_targets(level):
            filled = filled_columns(targets, table, level)
            filled.update(table.defaulted_by_views())
            missing = [
                column
                for column in table.relation.columns.values()
                if column.name not in filled and is_required(column)
            ]
            if missing:
                yield _diagnostic(query, table, missing, _severity(level))


def filled_table(level: QueryLevel) -> WrittenTable | None:
    """Return the table that a query inserts into, also through views, None where others decide on what is stored."""
    if level.query.number("commandType") not in (CmdType.INSERT, CmdType.MERGE):
        return None
    table = written_table(level)
    if table is None:
        return None
    relation = table.relation
    if (
        relation.kind not in TABLES
        or relation.has_insert_rules
        or ("before", "insert") in relation.row_triggers
    ):
        return None
    return table


def filled_columns(
    targets: Sequence[Node], table: WrittenTable, level: QueryLevel
) -> set[str | None]:
    """Return the columns to which the targets of an INSERT always give a value."""
    return {
        table.column(entry.number("resno"))
        for entry in targets
        if not _is_left_to_default(entry.node("expr"), level)
    }


def inserted_targets(level: QueryLevel) -> list[tuple[Node, ...]]:
    """Return the target list of an INSERT, or those of the INSERTs of a MERGE."""
    if level.query.number("commandType") == CmdType.INSERT:
        return [level.query.nodes("targetList")]
    return [
        action.nodes("targetList")
        for action in level.query.nodes("mergeActionList")
        if action.number("commandType") == CmdType.INSERT
    ]


def _is_left_to_default(expression: Node | None, level: QueryLevel) -> bool:
    """Return whether a value is DEFAULT, in VALUES of several rows that of any row."""
    if expression is None:
        return False
    if expression.tag == "VAR":
        column = level.resolve(expression)
        if column is None or column.source.kind != RTEKind.VALUES:
            return False
        return any(item.tag == "SETTODEFAULT" for item in column.source.expressions)
    return expression.tag == "SETTODEFAULT"


def is_required(column: Column) -> bool:
    """Return whether a row without a value for the column cannot be stored."""
    if column.has_default or column.generated or column.identity:
        return False
    return column.not_null or (
        isinstance(column.type, DomainType) and column.type.not_null
    )


def _severity(level: QueryLevel) -> Severity:
    """Return how bad it is that the statement can store no row: an error if there always is one.

    That is so for VALUES and for a SELECT without FROM and WHERE; other queries may give no row, and a
    MERGE may insert none.
    """
    if level.query.number("commandType") == CmdType.MERGE:
        return Severity.WARNING
    sources = [
        level.entry(source.number("rtindex")) for source in _from_items(level.query)
    ]
    for source in sources:
        select = source.node("subquery") if source else None
        if select and not _from_items(select) and not _has_condition(select):
            continue
        if source is None or source.number("rtekind") != RTEKind.VALUES:
            return Severity.WARNING
    return Severity.WARNING if _has_condition(level.query) else Severity.ERROR


def _from_items(query: Node) -> tuple[Node, ...]:
    tree = query.node("jointree")
    return tree.nodes("fromlist") if tree else ()


def _has_condition(query: Node) -> bool:
    tree = query.node("jointree")
    return tree is not None and tree.node("quals") is not None


def _diagnostic(
    query: Query, table: WrittenTable, missing: Sequence[Column], severity: Severity
) -> Diagnostic:
    named = table.views[0][0] if table.views else table.relation
    through = f" (a view of `{table.relation.name}`)" if table.views else ""
    columns = ", ".join(
        [f"`{column.name}` ({column.type.display})" for column in missing]
    )
    is_one = len(missing) == 1
    return Diagnostic(
        code="missing-column",
        message=f"the `INSERT INTO {named.name}`{through} of `{query.name}` leaves out {columns},"
        f" which {'is' if is_one else 'are'} NOT NULL and"
        f" {'has' if is_one else 'have'} no default",
        label=Label(_span(query, named)),
        hint=f"insert {'it' if is_one else 'them'} too, or give {'it' if is_one else 'each'}"
        " a DEFAULT in a migration",
        severity=severity,
    )


def _span(query: Query, relation: Relation) -> Span:
    """Return the place of the table after INTO, else that of the query's name."""
    for match in _INTO.finditer(query.sql.text):
        name = match["name"]
        unquoted = name[1:-1].replace('""', '"') if name[0] == '"' else name.lower()
        if unquoted == relation.name:
            start = query.sql.to_source(match.start("name"))
            return Span(query.sql.source, start, start + len(name))
    return query.name_span
