"""The scopes of a statement's forms -> what it can violate, with all its CTEs."""

from collections.abc import Iterator
from itertools import chain

from ...model.catalog import Column, Relation
from ...model.constraints import ConstraintKind, Violation
from ...model.frozen import frozen
from ..nullability.rules.checks import passes_nulls
from ..nullability.scope import Scope
from ..tree.enums import CmdType
from ..tree.nodes import stored_query
from ..tree.query_level import QueryLevel
from .domain_values import made_types, violations_of
from .effects import Effects
from .writes import UnknownWrite, writes

_CALLS = {
    "AGGREF": "aggfnoid",
    "FUNCEXPR": "funcid",
    "OPEXPR": "opfuncid",
    "WINDOWFUNC": "winfnoid",
}

_PLACES = {kind: place for place, kind in enumerate(ConstraintKind)}


@frozen
class Violations:
    """The constraints that a statement can violate, and those that it can violate at COMMIT.

    `unknown` are what takes part and could violate others: triggers, rules and functions, in words.
    """

    immediate: tuple[Violation, ...] = ()
    deferred: tuple[Violation, ...] = ()
    unknown: tuple[str, ...] = ()


def is_write(statement: QueryLevel) -> bool:
    """Return whether a statement, or a CTE in it, writes to a table."""
    return any(
        level.query.number("commandType") != CmdType.SELECT for level in statement.all
    )


def violations(*statements: Scope) -> Violations:
    """Return what a statement that writes can violate, in any of its forms.

    One that varies comes in two: as it is written, and as things are proved of all its variants. What it
    violates with some of its assignments or values is among what it violates with all of them.
    """

    def default_may_be_null(column: Column) -> bool:
        tree = stored_query(column.default) if column.default else None
        return statements[0].verdict(tree).nullable

    def passes(table: Relation, check: str, nulls: frozenset[int]) -> bool:
        return passes_nulls(table, check, nulls, statements[0].context)

    effects = Effects(statements[0].catalog, default_may_be_null, passes)
    for scope in chain.from_iterable(map(_scopes, statements)):
        for write in writes(scope):
            if isinstance(write, UnknownWrite):
                name = write.relation.name
                effects.unknown[f"the rules or triggers of `{name}`"] = None
            else:
                effects.add(write)
        _add_made_values(scope, effects)
        _add_functions(scope, effects)
    return Violations(
        _sorted(effects.immediate), _sorted(effects.deferred), tuple(effects.unknown)
    )


def _scopes(scope: Scope) -> Iterator[Scope]:
    """Yield the scope of a query, and those of all queries in it."""
    yield scope
    for query in scope.query.queries:
        yield from _scopes(scope.subquery(query))


def _add_made_values(scope: Scope, effects: Effects) -> None:
    """Add the constraints of the domains that values are cast to."""
    domains = scope.catalog.domains
    if not domains:
        return
    for type_, may_be_null in made_types(scope):
        violations_ = violations_of(type_, may_be_null, domains)
        effects.immediate.update(dict.fromkeys(violations_))


def _add_functions(scope: Scope, effects: Effects) -> None:
    """Add the user's functions that may write themselves."""
    for node in scope.query.own:
        if field := _CALLS.get(node.tag):
            effects.add_function(node.number(field))


def _sorted(violations: dict[Violation, None]) -> tuple[Violation, ...]:
    return tuple(
        sorted(
            violations,
            key=lambda v: (v.schema, v.relation, _PLACES[v.kind], v.name),
        )
    )
