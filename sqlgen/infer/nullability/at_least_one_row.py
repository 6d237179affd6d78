"""A query -> whether it gives a row whatever is in the tables."""

from ..tree.enums import CmdType, CoercionForm
from ..tree.nodes import Node


def gives_a_row(query: Node) -> bool:
    """Return whether *query* always gives a row (and just one, if it is an aggregate or a constant).

    An aggregate without GROUP BY and HAVING gives its row over no rows too; so does a SELECT
    without FROM and WHERE. A set-returning function in the SELECT list, OFFSET or a LIMIT that may
    be 0 can take it away.
    """
    if (
        query.number("commandType") != CmdType.SELECT
        or query.flag("hasTargetSRFs")
        or query.node("setOperations") is not None
        or query.node("havingQual") is not None
        or query.node("limitOffset") is not None
        or not _keeps_a_row(query.node("limitCount"))
        or query.nodes("groupingSets")
        or query.nodes("groupClause")
    ):
        return False
    if query.flag("hasAggs"):
        return True
    tree = query.node("jointree")
    return (
        tree is not None and not tree.nodes("fromlist") and tree.node("quals") is None
    )


def _keeps_a_row(limit: Node | None) -> bool:
    """Return whether LIMIT is absent or a positive literal, which is a bigint or cast to one."""
    if (
        limit is not None
        and limit.tag == "FUNCEXPR"
        and limit.number("funcformat") == CoercionForm.IMPLICIT_CAST
    ):
        limit = limit.nodes("args")[0]
    if limit is None:
        return True
    return (
        limit.tag == "CONST"
        and not limit.flag("constisnull")
        and int.from_bytes(limit.datum("constvalue")[:8], "little", signed=True) > 0
    )
