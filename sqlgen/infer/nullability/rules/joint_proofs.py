"""Several conditions, or conditions and a CHECK -> the columns that they prove together.

`WHERE kind = 'cat'` says nothing of the name, nor does `CHECK (kind <> 'cat' OR name IS NOT NULL)`;
both together prove it. So do `WHERE (a IS NULL) = (b IS NULL) AND a IS NOT NULL` of `b`.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Final, NamedTuple

from ....model.catalog import Check, Relation
from ...tree.enums import RTEKind
from ...tree.expressions import unchanged
from ...tree.nodes import Node
from ..cases import Cases, RowColumns, cases_of, together
from ..conditions import Assumption, Condition
from ..known import NOTHING, ColumnKey, Known
from ..reasons import column_title, excludes_null, keeps_jointly
from ..scope import Scope
from ..three_valued import NOT_NULL, NULL, TRUE
from .checks import columns_in, implied, linking_checks


class JointProof(NamedTuple):
    """A reason why a column is not NULL; `of_row`: unless the row itself is missing."""

    reason: str
    of_row: bool


class _Part(NamedTuple):
    """A condition with what it says of the columns of a row, in each case in which it is true."""

    condition: Condition
    cases: Cases


def joint_proof(varno: int, attno: int, home: Scope, scope: Scope) -> JointProof | None:
    """Return a proof that a column of the query *home* is not NULL where *scope* evaluates it, if any.

    What a single condition proves is not looked for again. In RETURNING, conditions of WHERE and of
    CASE are about different rows, the old and the new one.
    """
    if attno <= 0 or not home.narrows or home.before is not None:
        return None
    relation = _table(varno, home)
    checks = linking_checks(relation, attno) if relation else ()
    compound = _compound(varno, attno, home, scope)
    if not checks and not compound:
        return None
    title = column_title(varno, attno, home)
    parts = list(known_parts(home, scope))
    reason = _by_conditions(compound, (varno, attno), title, parts, home, scope)
    if reason:
        return JointProof(reason, of_row=False)
    if relation is None or not checks:
        return None
    reason = by_checks(relation, varno, attno, title, checks, parts, home, scope)
    return JointProof(reason, of_row=True) if reason else None


def known_parts(home: Scope, scope: Scope) -> Iterator[_Part]:
    """Yield the conditions that say something of the columns of *home*, from *scope* outward."""
    inner: Scope | None = scope
    while inner is not None and inner.depth >= home.depth:
        row = RowColumns(partial(_column, home, inner.depth - home.depth), home.catalog)
        for condition in inner.conditions:
            cases = _cases(condition, row)
            if cases != (NOTHING,):
                yield _Part(condition, cases)
        inner = inner.parent


def by_checks(
    relation: Relation,
    varno: int,
    attno: int,
    title: str,
    checks: tuple[Check, ...],
    parts: list[_Part],
    home: Scope,
    scope: Scope,
) -> str:
    """Return how a CHECK and the conditions of *parts* rule out NULL in a column, empty if they do not."""
    about = columns_in(relation.checks) - {attno, 0}
    parts = [part for part in parts if _says_of(part, varno, about)]
    for number in sorted(columns_in(checks) - {attno, 0}):
        column = relation.columns.get(number)
        assumption = Assumption(home.depth, columns=frozenset({(varno, number)}))
        if column and not column.not_null and (proof := scope.refuting(assumption)):
            parts.append(_Part(proof, (Known({(varno, number): NOT_NULL}),)))
    # The reason is to show the one condition that matters, which is enough in most cases.
    for some in ([], *([part] for part in parts), parts):
        cases = together([part.cases for part in some])
        rows = [case.of_entry(varno) for case in cases]
        names = [implied(relation, attno, row, checks, scope.context) for row in rows]
        if names and all(names):
            conditions = [part.condition for part in some]
            return excludes_null(names[0] or "", title, conditions, scope)
    return ""


def _by_conditions(
    compound: list[tuple[Condition, Scope]],
    column: ColumnKey,
    title: str,
    parts: list[_Part],
    home: Scope,
    scope: Scope,
) -> str:
    """Return how conditions about several columns rule out NULL in one of them, empty if they do not."""
    for condition, inner in compound:
        others = _vars(condition.expression, inner.depth - home.depth) - {column}
        stored = {key: NOT_NULL for key in others if _is_not_null(key, home)}
        known = [_Part(condition, (Known(stored),))] if stored else []
        for key in sorted(others - stored.keys()):
            assumption = Assumption(home.depth, columns=frozenset({key}))
            if proof := scope.refuting(assumption):
                known.append(_Part(proof, (Known({key: NOT_NULL}),)))
        known += [part for part in parts if part.condition is not condition]
        cases = together([part.cases for part in known])
        if cases and all(
            _rules_out(condition, inner, column, case, home) for case in cases
        ):
            beside = [p.condition for p in known if p.condition is not condition]
            relevant = [c for c in beside if _mentions(c.expression, others)]
            return keeps_jointly(condition, relevant, title, scope)
    return ""


def _rules_out(
    condition: Condition, inner: Scope, column: ColumnKey, known: Known, home: Scope
) -> bool:
    if not known.outcomes.get(column, NULL) & NULL:
        return True
    assumption = Assumption(home.depth, columns=frozenset({column}), known=known)
    return not inner.outcome(condition.expression, assumption) & condition.allowed


def _compound(
    varno: int, attno: int, home: Scope, scope: Scope
) -> list[tuple[Condition, Scope]]:
    """Return the conditions about the column and others that may be true where some of them are NULL."""
    conditions: list[tuple[Condition, Scope]] = []
    inner: Scope | None = scope
    while inner is not None and inner.depth >= home.depth:
        for condition in inner.conditions:
            if _is_compound(condition.expression):
                columns = _vars(condition.expression, inner.depth - home.depth)
                if (varno, attno) in columns and len(columns) > 1:
                    conditions.append((condition, inner))
        inner = inner.parent
    return conditions


@lru_cache(maxsize=256)
def _is_compound(condition: Node) -> bool:
    return any(node.tag in _COMPOUND for node in condition.own)


@lru_cache(maxsize=256)
def _vars(condition: Node, levels: int) -> frozenset[ColumnKey]:
    """Return the columns of the query *levels* further out that a condition names."""
    return frozenset(
        (node.number("varno"), node.number("varattno"))
        for node in condition.own
        if node.tag == "VAR" and node.number("varlevelsup") == levels
    )


def _mentions(condition: Node, columns: Iterable[ColumnKey]) -> bool:
    named = {(n.number("varno"), n.number("varattno")) for n in condition.own}
    return not named.isdisjoint(columns)


def _is_not_null(column: ColumnKey, home: Scope) -> bool:
    """Return whether a column of the query cannot be NULL, also not for a missing row."""
    varno, attno = column
    entry = home.entry(varno)
    return (
        entry is not None
        and entry.number("rtekind") == RTEKind.RELATION
        and not home.group_nulls
        and home.joined.nullable_side(varno) is None
        and not home.column(varno, attno).nullable
    )


def _cases(condition: Condition, row: RowColumns) -> Cases:
    if condition.allowed == TRUE:
        return cases_of(condition.expression, row)
    var = unchanged(condition.expression)
    column = row.column_of(var) if var.tag == "VAR" else None
    if condition.allowed == NOT_NULL and column:
        return (Known({column: NOT_NULL}),)
    return (NOTHING,)


def _column(home: Scope, levels: int, var: Node) -> ColumnKey | None:
    """Return the column of a relation of the query *home* that a `VAR` names; None for other queries'."""
    if var.number("varlevelsup") != levels:
        return None
    varno, attno = var.number("varno"), var.number("varattno")
    source = home.level.source(varno, attno)
    if source is None or attno <= 0:
        return None
    is_name = source.kind == RTEKind.JOIN or (
        source.kind == RTEKind.GROUP and not home.query.nodes("groupingSets")
    )
    if not is_name:
        return varno, attno
    named = unchanged(source.expressions[0]) if source.expressions else None
    if named is None or named.tag != "VAR":
        return None
    return _column(home, 0, named)


def _says_of(part: _Part, varno: int, numbers: frozenset[int]) -> bool:
    return any(
        entry == varno and number in numbers
        for case in part.cases
        for entry, number in case.outcomes
    )


def _table(varno: int, home: Scope) -> Relation | None:
    entry = home.entry(varno)
    return home.relation(entry) if entry else None


_COMPOUND: Final = frozenset(
    {"BOOLEXPR", "NULLTEST", "BOOLEANTEST", "DISTINCTEXPR", "CASEEXPR", "COALESCEEXPR"}
)
"""Nodes that may give an outcome other than NULL for a NULL."""
