"""The row that a statement writes -> what is known of its columns, and what CHECKs prove by that."""

from ....model import postgres
from ....model.catalog import Relation
from ...tree.enums import CmdType, OnConflictAction, RTEKind, VarReturningType
from ...tree.expressions import unchanged
from ...tree.nodes import Node, stored_query
from ..cases import Cases, together
from ..known import NOTHING, ColumnKey, Known, exactly
from ..scope import Scope
from ..three_valued import FALSE, NOT_NULL, NULL, TRUE
from .checks import implied, linking_checks
from .joint_proofs import known_parts


def proved_by_check(relation: Relation, attno: int, row: int, before: Scope) -> str:
    """Return the name of a CHECK that rules out a NULL in a column in RETURNING, empty if none does.

    *row* is the row that the column is of, a `VarReturningType`; *before* the scope of SET and WHERE.
    There must be no trigger that changes the row.
    """
    checks = linking_checks(relation, attno)
    if not checks:
        return ""
    names = [
        implied(relation, attno, case, checks, before.context)
        for case in _cases(relation, row, before)
    ]
    return names[0] or "" if names and all(names) else ""


def _cases(relation: Relation, row: int, before: Scope) -> Cases:
    """Return what is known of the row, as entry 1, in each case in which it comes to be."""
    query = before.query
    kind = query.number("commandType")
    targets = query.nodes("targetList")
    if kind == CmdType.INSERT:
        inserted = _assigned_values(relation, targets, before, inserting=True)
        conflict = query.node("onConflict")
        if conflict is None or conflict.number("action") != OnConflictAction.UPDATE:
            return (inserted,)
        changes = conflict.nodes("onConflictSet")
        return inserted, _assigned_values(relation, changes, before, inserting=False)
    cases = _where(query.number("resultRelation"), before)
    if kind != CmdType.UPDATE or row == VarReturningType.OLD:
        return cases
    assigned = {target.number("resno") for target in targets}
    generated = {n for n, column in relation.columns.items() if column.generated}
    kept = [_without(case, assigned | generated) for case in cases]
    new = _assigned_values(relation, targets, before, inserting=False)
    return together([tuple(kept), (new,)])


def _where(varno: int, before: Scope) -> Cases:
    """Return what WHERE says of the row of the table that is changed."""
    cases = together([part.cases for part in known_parts(before, before)])
    return tuple([case.of_entry(varno) for case in cases])


def _without(case: Known, numbers: set[int]) -> Known:
    return Known(
        {key: value for key, value in case.outcomes.items() if key[1] not in numbers},
        {
            key: value
            for key, value in case.comparisons.items()
            if key[1] not in numbers
        },
    )


def _assigned_values(
    relation: Relation, targets: tuple[Node, ...], before: Scope, *, inserting: bool
) -> Known:
    """Return what is known of the columns that are assigned, or get their defaults in an INSERT."""
    known = NOTHING
    for number, column in relation.columns.items():
        assigned = [t.node("expr") for t in targets if t.number("resno") == number]
        if column.generated or len(assigned) > 1 or (not assigned and not inserting):
            continue
        value = assigned[0] if assigned else None
        if value is None or value.tag == "SETTODEFAULT":
            value = stored_query(column.default)
            if value is None:
                if not column.has_default and not column.identity:
                    known = known.also(Known({(1, number): NULL})) or known
                continue
        known = known.also(_value(value, (1, number), before)) or known
    return known


def _value(expression: Node, column: ColumnKey, before: Scope) -> Known:
    """Return what is known of a column that an expression is assigned to."""
    constant = _constant(expression, before)
    if constant is None:
        nullable = before.verdict(expression).nullable
        return NOTHING if nullable else Known({column: NOT_NULL})
    if constant.flag("constisnull"):
        return Known({column: NULL})
    if constant.number("consttype") == postgres.BOOL:
        return Known({column: TRUE if any(constant.datum("constvalue")) else FALSE})
    return Known({column: NOT_NULL}, {column: exactly(constant, before.catalog)})


def _constant(expression: Node, before: Scope) -> Node | None:
    """Return the constant that an expression is, also of an `INSERT … SELECT`; None if it is none.

    Casts are looked through that give the same value or raise an error.
    """
    node = unchanged(expression)
    if node.tag == "FUNCEXPR":
        function = before.function(node.number("funcid"))
        arguments = node.nodes("args")
        if function is None or not function.system:
            return None
        if function.signature in _WIDTHS:
            return _constant(arguments[0], before)
        if function.signature == _LENGTH and not any(
            arguments[2].datum("constvalue") or b"x"
        ):
            constant = _constant(arguments[0], before)
            # An implicit cast to varchar(n) cuts nothing off but blanks.
            is_cut = constant is not None and constant.datum("constvalue").endswith(
                b" "
            )
            return None if is_cut else constant
        return None
    if node.tag == "CONST":
        return node
    column = before.level.resolve(node) if node.tag == "VAR" else None
    if column is None or column.source.kind != RTEKind.SUBQUERY:
        return None
    query = column.source.query
    if (
        query is None
        or query.query.node("setOperations")
        or query.query.nodes("groupClause")
    ):
        return None
    if query.query.nodes("groupingSets"):
        return None
    output = query.output_expressions
    value = (
        output[column.source.attno - 1] if column.source.attno <= len(output) else None
    )
    value = unchanged(value) if value else None
    return value if value is not None and value.tag == "CONST" else None


_WIDTHS = frozenset(
    f"{name}({type_})"
    for name in ("int2", "int4", "int8")
    for type_ in ("smallint", "integer", "bigint")
)
_LENGTH = "varchar(character varying, integer, boolean)"
