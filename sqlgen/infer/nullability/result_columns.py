"""An analysed query and the catalog -> for each column of its result, may it be NULL, and why.

A non-null verdict is a proof. Rules live in the modules imported below; `rules` says how one is
added, `scope` what it can ask, `conditions` how NULLs are ruled out.
"""

from collections.abc import Collection, Iterable

from ...model.catalog import Catalog
from ...model.typed import TypedParameter
from ..tree.nodes import Node
from .context import Context
from .rules import (
    aggregates,
    from_items,
    functions,
    returning,
    select,
    sql_json,
    subqueries,
)
from .rules.select import outputs
from .scope import Scope
from .verdict import Elements, Verdict, maybe, never

RULES = (aggregates, functions, sql_json, select, from_items, returning, subqueries)
"""The modules whose rules are in force: importing them registers these."""


def columns(
    tree: Node,
    catalog: Catalog,
    parameters: Iterable[TypedParameter] = (),
    never_null: Collection[str] = (),
) -> tuple[Verdict, ...]:
    """One verdict for each column of the result, in order; none for a utility statement.

    A parameter is as nullable as it is typed, one that is missing may be NULL. *never_null* are
    functions that the user vouches for, as `schema.name(type, type)`.
    """
    return decided(statement(tree, catalog, parameters, never_null))[0]


def decided(level: Scope) -> tuple[tuple[Verdict, ...], Scope]:
    """The verdicts of a statement, and the level to ask for more of it."""
    try:
        return level.columns(), level
    except RecursionError:
        # Hundreds of operators within each other, as programs write them: nothing is proved then,
        # neither by what the level has found out until there.
        reason = "the statement is nested too deep to be looked through"
        verdicts = (maybe(reason),) * len(outputs(level.query))
        return verdicts, Scope(level.query, level.context)


def statement(
    tree: Node,
    catalog: Catalog,
    parameters: Iterable[TypedParameter] = (),
    never_null: Collection[str] = (),
    *,
    nullable_elements: bool = False,
) -> Scope:
    """The statement's own level, to ask for verdicts (and origins) of single expressions."""
    given = {parameter.number: _given(parameter) for parameter in parameters}
    context = Context(
        catalog, given, frozenset(never_null), nullable_elements=nullable_elements
    )
    return Scope(tree, context)


def _given(parameter: TypedParameter) -> Verdict:
    title = parameter.name or f"${parameter.number}"
    elements = Elements.NULLABLE if parameter.element_nullable else Elements.NOT_NULL
    if parameter.nullable:
        return maybe(f"the parameter {title} may be NULL", elements=elements)
    return never(f"the parameter {title} is not NULL", elements=elements)
