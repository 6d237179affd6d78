"""An analysed statement -> for each column of its result, whether it may be NULL, and why.

A non-null verdict is a proof. `registry` tells how a rule is added, `scope` what a rule can ask,
`outcomes` how NULLs are ruled out.
"""

from collections.abc import Collection, Iterable
from typing import Final

from ...model.typed import TypedParameter
from ..tree.query_level import QueryLevel
from . import call_outcomes, outcomes, outer_joins
from .context import StatementContext
from .rules import (
    aggregates,
    alternatives,
    expressions,
    from_items,
    functions,
    returning,
    row_fields,
    select,
    set_functions,
    sql_json,
    subqueries,
)
from .scope import Scope
from .verdict import Elements, Verdict, maybe, never

MODULES: Final = (
    *(aggregates, alternatives, call_outcomes, expressions, from_items, functions),
    *(outcomes, outer_joins, returning, row_fields, select, set_functions),
    *(sql_json, subqueries),
)
"""The modules whose rules are in force: importing a module registers its rules."""


def statement_scope(
    level: QueryLevel,
    parameters: Iterable[TypedParameter] = (),
    never_null: Collection[str] = (),
    *,
    nullable_elements: bool = False,
) -> Scope:
    """Return the scope of a whole statement, to ask for verdicts of its columns and expressions.

    A parameter is as nullable as it is typed, one that is missing may be NULL. *never_null* are
    functions that the user vouches for, as `schema.name(type, type)`.
    """
    parameters = tuple(parameters)
    context = StatementContext(
        level.catalog,
        {parameter.number: _verdict(parameter) for parameter in parameters},
        frozenset(never_null),
        nullable_elements=nullable_elements,
        lengths={p.number: p.same_length for p in parameters if p.same_length},
    )
    return Scope(level, context)


def column_verdicts(scope: Scope) -> tuple[tuple[Verdict, ...], Scope]:
    """Return the verdicts of a statement's columns, and the scope to ask for more of it.

    There are none for a utility statement.
    """
    try:
        return scope.columns(), scope
    except RecursionError:
        # Hundreds of operators within each other, as programs write them: nothing is proved then,
        # and the scope's half-finished state is not used again.
        reason = "the statement is nested too deeply to be analysed"
        verdicts = (maybe(reason),) * len(scope.level.output)
        return verdicts, Scope(scope.level, scope.context)


def _verdict(parameter: TypedParameter) -> Verdict:
    title = parameter.name or f"${parameter.number}"
    elements = Elements.NULLABLE if parameter.element_nullable else Elements.NOT_NULL
    if parameter.nullable:
        return maybe(f"the parameter {title} may be NULL", elements=elements)
    return never(f"the parameter {title} is not NULL", elements=elements)
