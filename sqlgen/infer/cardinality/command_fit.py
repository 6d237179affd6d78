"""What a query's command wants of its statement."""

from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label
from ...model.query import Command
from ..tree.enums import CmdType
from ..tree.nodes import Node


def unfit(description: Description, tree: Node | None) -> Diagnostic | None:
    """What is wrong with the command of a query, if anything is.

    `:exec` takes any statement: who calls `SELECT set_config(…)` for its effect may leave the
    columns alone.
    """
    query = description.query
    place = Label(query.name_span)
    if query.command.returns_rows and not description.columns:
        return Diagnostic(
            code="no-result-columns",
            message=f"`{query.name}` is `:{query.command}`, but its statement gives no columns",
            label=place,
            hint="make it `:exec` or `:execrows`, or add `RETURNING`",
        )
    if query.row_span and query.row and not description.columns:
        return Diagnostic(
            code="row-without-rows",
            message=f"`{query.name}` names a row class, but its statement gives no columns",
            label=Label(query.row_span),
            hint=f"leave out `-> {query.row}`, or add `RETURNING`",
        )
    if query.command is Command.STREAM and (
        tree is None
        or tree.number("commandType") != CmdType.SELECT
        or any(_changes_data(cte) for cte in tree.nodes("cteList"))
    ):
        return Diagnostic(
            code="stream-needs-select",
            message=(
                f"`{query.name}` is `:stream`, which a server-side cursor can do only for"
                " `SELECT` and `VALUES` that change no data"
            ),
            label=place,
            hint="make it `:many`",
        )
    return None


def _changes_data(cte: Node) -> bool:
    """Whether a CTE is an INSERT, UPDATE, DELETE or MERGE, which DECLARE CURSOR refuses."""
    query = cte.node("ctequery")
    return query is not None and query.number("commandType") != CmdType.SELECT
