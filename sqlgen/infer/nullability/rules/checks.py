"""A table's CHECK constraints -> the columns of a row that cannot be NULL, by what is known of the row.

PostgreSQL refuses a row only if a CHECK is false of it, and accepts one of which it is NULL. So a CHECK proves
that a column is not NULL only if it would be false otherwise. `CHECK (kind <> 'cat' OR name IS NOT NULL)` is
false where the kind is known to be `cat` and the name is NULL; `CHECK (x IS NULL OR x < y)` is NULL where only
y is NULL, and proves nothing.

A user's function may have had another body when the row was stored, so bodies prove nothing here.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ....model.catalog import Check, DomainType, PgType, Relation, RelationKind
from ...tree import nodes
from ...tree.nodes import Node, stored_query
from ...tree.query_level import QueryLevel, catalog_index
from ..conditions import Assumption
from ..context import StatementContext
from ..known import Comparison, Known
from ..scope import Scope
from ..three_valued import FALSE, NOT_NULL, NULL

_STORED: Final = (RelationKind.TABLE, RelationKind.PARTITIONED)
_NO_QUERY: Final = Node()
_WHOLE_ROW: Final = 0
_DECISIVE: Final = (
    *("NULLTEST", "BOOLEANTEST", "DISTINCTEXPR", "FUNCEXPR"),
    *("COALESCE", "COALESCEEXPR", "CASE", "CASEEXPR"),
)


def one_is_set(
    relation: Relation, numbers: frozenset[int], context: StatementContext
) -> str | None:
    """Return the name of a CHECK that rules out that all of these columns of a row are NULL, if any."""
    checks = _about(relation, numbers)
    return _forbidding(checks, numbers, None, _scope(context)) if checks else None


def linking_checks(relation: Relation, number: int) -> tuple[Check, ...]:
    """Return the CHECKs of a table that may rule out a NULL in a column by the values of others."""
    if relation.kind not in _STORED:
        return ()
    return tuple(
        [
            check
            for check in relation.checks
            if _may_forbid_nulls(check.tree) and _links(_columns_in(check.tree), number)
        ]
    )


def implied(
    relation: Relation,
    number: int,
    known: Known,
    checks: Iterable[Check],
    context: StatementContext,
) -> str | None:
    """Return the name of the CHECK that rules out that a column of a row is NULL, if one does.

    *known* is what is known of the row, with 1 for its entry of the range table. *checks* are those
    that may rule it out. What other CHECKs prove of other columns is used as well.
    """
    columns = relation.columns
    stored = {(1, n): NOT_NULL for n, column in columns.items() if column.not_null}
    row = known.also(Known(stored))
    scope = _scope(context)
    while row is not None:
        name = _forbidding(checks, frozenset({number}), row, scope)
        if name is not None:
            return name
        more = {
            (1, other): NOT_NULL
            for other in columns
            if other != number
            and row.outcomes.get((1, other), NULL) & NULL
            and _forbidding(
                _about(relation, frozenset({other})), frozenset({other}), row, scope
            )
        }
        if not more:
            return None
        row = row.also(Known(more))
    return None


def passes_nulls(
    relation: Relation, name: str, numbers: frozenset[int], context: StatementContext
) -> bool:
    """Return whether a CHECK lets each row pass that has NULL in all of these columns.

    False where the table has no such CHECK that holds of all its rows.
    """
    assumption = Assumption(0, columns=frozenset([(1, number) for number in numbers]))
    for check in relation.checks:
        tree = stored_query(check.tree) if check.name == name else None
        if tree is not None:
            return not _scope(context).outcome(tree, assumption) & FALSE
    return False


def forbids_value(
    relation: Relation, number: int, value: Comparison, context: StatementContext
) -> bool:
    """Return whether a CHECK of a table rules out that a column has the *value*."""
    if relation.kind not in _STORED:
        return False
    columns = relation.columns
    stored = {(1, n): NOT_NULL for n, column in columns.items() if column.not_null}
    known = Known(stored | {(1, number): NOT_NULL}, {(1, number): (value,)})
    checks = [c for c in relation.checks if number in _columns_in(c.tree)]
    return bool(_forbidding(checks, frozenset(), known, _scope(context)))


def domain_forbids_value(
    domain: DomainType, value: Comparison, context: StatementContext
) -> bool:
    """Return whether a CHECK of a domain, or of one that it is based on, rules out the *value*."""
    known = Known({(1, 1): NOT_NULL}, {(1, 1): (value,)})
    type_: PgType = domain
    while isinstance(type_, DomainType):
        values = context.catalog.domain_values.get((type_.schema, type_.name))
        checks = [
            replace(check, tree=_of_column(check.tree))
            for check in (values.checks if values else ())
        ]
        if _forbidding(checks, frozenset(), known, _scope(context)):
            return True
        type_ = type_.base
    return False


def _of_column(tree: str) -> str:
    """Return the tree of a domain's CHECK with VALUE as the first column of entry 1."""
    return _VALUE.sub(
        r"{VAR :varno 1 :varattno 1 :vartype \1 :vartypmod \2 :varcollid \3 :varlevelsup 0",
        tree,
    )


_VALUE: Final = re.compile(
    r"\{COERCETODOMAINVALUE :typeId (\d+) :typeMod (-?\d+) :collation (\d+)"
)


def columns_in(checks: Iterable[Check]) -> frozenset[int]:
    """Return the numbers of the columns that CHECKs are about."""
    return frozenset().union(*[_columns_in(check.tree) for check in checks])


def _about(relation: Relation, numbers: frozenset[int]) -> list[Check]:
    """Return the CHECKs that may be false where one of these columns is NULL."""
    relevant = numbers | {_WHOLE_ROW}
    return [c for c in relation.checks if relevant & _may_forbid_nulls(c.tree)]


def _forbidding(
    checks: Iterable[Check], nulls: frozenset[int], known: Known | None, scope: Scope
) -> str | None:
    columns = frozenset([(1, number) for number in nulls])
    assumption = Assumption(0, columns=columns, known=known)
    for check in checks:
        tree = stored_query(check.tree)
        if tree is not None and scope.outcome(tree, assumption) == FALSE:
            return check.name
    return None


def _scope(context: StatementContext) -> Scope:
    """Return the scope of a CHECK's expression, in which the row is entry 1."""
    stored = replace(context, bodies=False)
    return Scope(QueryLevel(catalog_index(context.catalog), _NO_QUERY), stored)


def _links(columns: frozenset[int], number: int) -> bool:
    return _WHOLE_ROW in columns or (number in columns and len(columns) > 1)


def _may_forbid_nulls(tree: str) -> frozenset[int]:
    """Return the columns of a CHECK that may be false if one of them is NULL; of most, there are none."""
    return _columns_in(tree) if _is_decisive(tree) else frozenset()


@lru_cache(maxsize=4096)
def _is_decisive(tree: str) -> bool:
    return any(f"{{{tag} " in tree for tag in _DECISIVE)


@lru_cache(maxsize=4096)
def _columns_in(tree: str) -> frozenset[int]:
    columns = [node for top in nodes.parse(tree) for node in top.walk()]
    return frozenset(n.number("varattno") for n in columns if n.tag == "VAR")
