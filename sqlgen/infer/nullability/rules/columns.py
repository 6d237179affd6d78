"""Columns of this query or one around it -> whether they may be NULL, outer joins included."""

from ...tree.enums import RTEKind
from ...tree.nodes import Node
from ..conditions import Assumption
from ..nullable_sides import NullableSide
from ..reasons import column_title, keeps_value
from ..scope import GROUPING_SETS, Scope
from ..verdict import Verdict
from .joint_proofs import joint_proof


def column_verdict(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of a column (a `VAR` node) of this query's FROM or of one around it."""
    home = scope.up(node.number("varlevelsup"))
    varno, attno = node.number("varno"), node.number("varattno")
    verdict = home.column(varno, attno)
    joined = home.joined
    if home.group_nulls or joined.nullable_sides:
        verdict = _with_nulls(verdict, varno, home, scope)
    if not verdict.nullable:
        present = joined.present.get(varno)
        if present:
            return verdict.but(reason=f"{verdict.reason}, and {present}")
        return verdict
    assumption = Assumption(home.depth, columns=frozenset({(varno, attno)}))
    condition = scope.refuting(assumption)
    if condition is not None:
        return verdict.but(
            nullable=False,
            reason=keeps_value(condition, column_title(varno, attno, home), scope),
            location=condition.expression.location,
        )
    proof = joint_proof(varno, attno, home, scope)
    if proof is None:
        return verdict
    proved = verdict.but(nullable=False, reason=proof.reason)
    return _with_nulls(proved, varno, home, scope) if proof.of_row else proved


def _with_nulls(verdict: Verdict, varno: int, home: Scope, scope: Scope) -> Verdict:
    """Return the verdict with the NULLs that GROUPING SETS and outer joins put in."""
    entry = home.entry(varno)
    kind: int = entry.number("rtekind") if entry else RTEKind.JOIN
    if kind != RTEKind.GROUP and home.group_nulls and not verdict.nullable:
        verdict = verdict.but(nullable=True, reason=GROUPING_SETS)
    if kind in (RTEKind.JOIN, RTEKind.GROUP):
        return verdict
    side = _missing_side(varno, home, scope)
    if side is None:
        return verdict
    on = side.join.node("quals")
    location = on.location if on else -1
    return verdict.but(nullable=True, reason=side.reason, location=location)


def _missing_side(varno: int, home: Scope, scope: Scope) -> NullableSide | None:
    """Return the side of an outer join that a relation may be missing with where a column stands.

    A WHEN or FILTER that is true only with the side proves that it is there.
    """
    side = home.joined.nullable_side(varno)
    if side is None or home.before is not None:
        return side
    for side in home.joined.nullable_sides:
        assumption = Assumption(home.depth, relations=side.relations)
        if varno in side.relations and not scope.refuting(assumption):
            return side
    return None
