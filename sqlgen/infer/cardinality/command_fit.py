"""A query's command and its statement -> the error or warning about a command that does not fit."""

from ...model.catalog import Relation, RelationKind
from ...model.commands import Accepts, Cardinality
from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.query import Query
from ..tree.enums import CmdType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .unique_keys import from_indexes, single_row_entries


def command_error(description: Description, tree: Node | None) -> Diagnostic | None:
    """Return the error about a command that its statement does not fit, None if it does.

    `:exec` takes any statement: a `SELECT set_config(…)` may be called for its effect, without its
    columns.
    """
    query = description.query
    label = Label(query.name_span)
    if query.command.spec.needs_columns and not description.columns:
        return Diagnostic(
            code="no-result-columns",
            message=f"`{query.name}` is `:{query.command}`, but its statement gives no columns",
            label=label,
            hint="make it `:exec` or `:execrows`, or "
            + ("select a column" if _is_select(tree) else "add `RETURNING`"),
        )
    if query.row_span and query.row and not description.columns:
        return Diagnostic(
            code="row-without-rows",
            message=f"`{query.name}` names a row class, but its statement gives no columns",
            label=Label(query.row_span),
            hint=f"leave out `-> {query.row}`, or "
            + ("select a column" if _is_select(tree) else "add `RETURNING`"),
        )
    if query.command.spec.accepts is Accepts.READ_ONLY_SELECT and (
        tree is None
        or tree.number("commandType") != CmdType.SELECT
        or any(_changes_data(cte) for cte in tree.nodes("cteList"))
    ):
        return Diagnostic(
            code="stream-needs-select",
            message=(
                f"`{query.name}` is `:{query.command}`, which a server-side cursor can do only for"
                " `SELECT` and `VALUES` that change no data"
                if query.page is None
                else f"`{query.name}` is `:{query.command}`, and only `SELECT` and `VALUES` that change no"
                " data have pages"
            ),
            label=label,
            hint="make it `:many`",
        )
    return None


def copy_error(query: Query, level: QueryLevel) -> Diagnostic | None:
    """Return the error about a `:copy` to a table for which COPY does not do what INSERT does.

    Manual, COPY: it does not invoke rules; it is not supported for tables with row-level security,
    and for views without an INSTEAD OF INSERT trigger.
    """
    index = level.query.number("resultRelation")
    relation = level.relation(level.entries[index - 1]) if index else None
    if query.command.spec.accepts is not Accepts.INSERT_VALUES or relation is None:
        return None
    kind = relation.kind
    if (
        kind is RelationKind.VIEW
        and ("instead of", "insert") not in relation.row_triggers
    ):
        reason = (
            "is a view, which COPY can write to only by an INSTEAD OF INSERT trigger"
        )
    elif relation.has_insert_rules:
        reason = "has a rule for INSERT, which COPY does not apply"
    elif relation.row_security:
        reason = "has row-level security, which COPY does not support"
    else:
        return None
    return Diagnostic(
        code="copy-target",
        message=f"`{query.name}` is `:{query.command}`, but `{relation.name}` {reason}",
        label=Label(query.name_span),
        hint="use `:batch`",
    )


def row_count_warning(
    query: Query, level: QueryLevel, cardinality: Cardinality
) -> Diagnostic | None:
    """Return the warning about `:one` or `:optional` if the statement gives another number of rows."""
    promised = query.command.spec.promises
    if promised is Cardinality.AT_MOST_ONE and cardinality is Cardinality.EXACTLY_ONE:
        return Diagnostic(
            code="always-one-row",
            message=f"`{query.name}` is `:{query.command}`, but always gives exactly one row",
            label=Label(query.name_span),
            hint="make it `:one`",
            severity=Severity.WARNING,
        )
    if promised is not Cardinality.MANY and cardinality is Cardinality.MANY:
        return Diagnostic(
            code="may-return-many",
            message=f"`{query.name}` is `:{query.command}`, but may give more than one row",
            label=Label(query.name_span),
            hint=_missing_key(level),
            severity=Severity.WARNING,
        )
    return None


def _is_select(tree: Node | None) -> bool:
    return tree is not None and tree.number("commandType") == CmdType.SELECT


def _changes_data(cte: Node) -> bool:
    """Return whether a CTE is an INSERT, UPDATE, DELETE or MERGE, which DECLARE CURSOR refuses."""
    query = cte.node("ctequery")
    return query is not None and query.number("commandType") != CmdType.SELECT


def _missing_key(level: QueryLevel) -> str:
    """Return a hint on how to get one row: by a key of the first relation that has many."""
    otherwise = "make it `:many`"
    if level.query.number("commandType") == CmdType.SELECT:
        otherwise = "add `LIMIT 1`, or make it `:many`"
    for index in sorted(from_indexes(level) - single_row_entries(level)):
        relation = level.relation(level.entries[index - 1])
        if relation is None:
            continue
        keys = [_names(relation, key.columns) for key in relation.unique_keys]
        keys += [key.definition for key in relation.unique_indexes]
        if keys:
            alternatives = " or ".join(f"`{key}`" for key in keys)
            return f"compare the unique key {alternatives} of `{relation.name}` with `=`; else {otherwise}"
        return (
            f"`{relation.name}` has no unique key that could be compared; {otherwise}"
        )
    return otherwise


def _names(relation: Relation, columns: tuple[int, ...]) -> str:
    names = ", ".join(relation.columns[number].name for number in columns)
    return names if len(columns) == 1 else f"({names})"
