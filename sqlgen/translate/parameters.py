"""(TypedParameter…) -> the arguments of a function, and the placeholders that need a cast."""

from collections.abc import Iterable, Sequence

from ..model.catalog import ArrayType, PgType
from ..model.diagnostic import Label, each
from ..model.python import Argument, Generic, PyType
from ..model.query import Parameter, Query
from ..model.typed import TypedParameter, TypedQuery
from . import names
from .shared.context import (
    TranslationContext,
    chosen_name,
    configured_type,
    translation_key,
)
from .shared.references import has_literals
from .types import overrides
from .types.mapping import without_overrides
from .types.named import local_names
from .types.overrides import is_list
from .types.python_types import (
    SEQUENCE,
    has_none,
    nullable,
    or_none,
    or_unset,
    with_literals,
)
from .types.writing import Writing, each_item, overridden_writing, passing, writing


def signature_order(query: TypedQuery) -> list[TypedParameter]:
    """Return the parameters in the order of their first use."""
    first_use: dict[int, int] = {}
    for placeholder in query.query.sql.placeholders:
        first_use.setdefault(placeholder.number, placeholder.start)

    def order(parameter: TypedParameter) -> tuple[int, int]:
        return first_use.get(parameter.number, 0), parameter.number

    return sorted(query.parameters, key=order)


def parameter_name(
    parameter: TypedParameter, query: Query, context: TranslationContext
) -> str:
    """Return the name of a parameter: the configured one, or its own.

    Of a bare `$1` that is `mrn_2`, since another one is `mrn`, the name without the number counts.
    """
    name = parameter.name
    if not context.fields:
        return name
    written = {item.number: item.name for item in query.parameters}
    stem, _, number = name.rpartition("_")
    if stem and number.isdigit() and not written.get(parameter.number):
        chosen = chosen_name(stem, parameter.column, context)
        if chosen != stem:
            return f"{chosen}_{number}"
    return chosen_name(name, parameter.column, context)


def arguments_of(
    parameters: Sequence[TypedParameter],
    context: TranslationContext,
    taken: Iterable[str],
    query: Query,
) -> tuple[tuple[Argument, ...], frozenset[int]]:
    """Return the arguments, and the numbers of the parameters whose placeholders need a cast.

    *taken* are names of the module that no argument may have. Those that the *query* says are optional
    need not be given. Then they are None; or UNSET, where None is a value, and of those that go into
    columns. Raises `SqlgenError` (`bad-type`).
    """
    optional, assigned = query.optional, query.assigned
    chosen = {p.number: p for p in query.parameters if p.type}
    arguments: list[Argument] = []
    casts: set[int] = set()
    writings = each(
        lambda parameter: _writing(parameter, context, chosen.get(parameter.number)),
        parameters,
    )
    argument_names = names.argument_names(
        [parameter_name(item, query, context) for item in parameters],
        {*taken, *local_names([], [how.write for how in writings])},
    )
    for name, parameter, how in zip(argument_names, parameters, writings, strict=True):
        type_, write, unset = how.type, how.write, False
        if parameter.number in optional:
            unset = has_none(type_) or parameter.number in assigned
            if unset:
                type_, write = or_unset(type_, write)
            else:
                type_, write = nullable(type_), or_none(write)
        arguments.append(
            Argument(
                name=name,
                type=type_,
                write=write,
                optional=parameter.optional or parameter.number in optional,
                unset=unset,
            )
        )
        if how.cast or parameter.cast:
            casts.add(parameter.number)
    return tuple(arguments), frozenset(casts)


def _writing(
    parameter: TypedParameter, context: TranslationContext, chosen: Parameter | None
) -> Writing:
    """Return how a parameter is sent; None is allowed where it may be NULL.

    *chosen* has the type that the query gives it, which comes before what is configured.
    """
    if chosen is not None:
        return _chosen(parameter, context, chosen)
    key = translation_key(parameter, context)
    how = context.writings.get(key)
    if how is None:
        how = _not_null(parameter, context)
        if parameter.nullable:
            how = Writing(nullable(how.type), or_none(how.write), how.cast)
        context.writings[key] = how
    return how


def _chosen(
    parameter: TypedParameter, context: TranslationContext, chosen: Parameter
) -> Writing:
    """Return how a parameter is sent whose type the query gives. Raises `SqlgenError` (`bad-type`)."""
    where = Label(chosen.type_span) if chosen.type_span else None
    type_ = overrides.parsed(chosen.type, context.config.aliases, where)
    usual = writing(
        parameter.type,
        without_overrides(context.types),
        element_nullable=parameter.element_nullable,
    )
    how = overridden_writing(usual, type_)
    if parameter.nullable or has_none(type_):
        return Writing(nullable(how.type), or_none(how.write), how.cast)
    return how


def _not_null(parameter: TypedParameter, context: TranslationContext) -> Writing:
    """Return how a value is sent: what is configured for its column comes before its type."""
    usual = writing(
        parameter.type, context.types, element_nullable=parameter.element_nullable
    )
    chosen = configured_type(parameter.column, context)
    if chosen is not None:
        return _configured(parameter.type, usual, chosen)
    alias = context.names.alias(parameter)
    if alias is not None and not has_literals(parameter.type):
        return Writing(with_literals(usual.type, alias), usual.write, usual.cast)
    return usual


def _configured(type_: PgType, usual: Writing, chosen: PyType) -> Writing:
    """Return how an argument of the type is sent that is configured for its column.

    An array is compared with a column that is none (`= ANY ($1)`) if the type that is configured
    for the column is no list; then the items are of that type.
    """
    if isinstance(type_, ArrayType) and not is_list(chosen):
        return Writing(
            Generic(SEQUENCE, (chosen,)), each_item(passing(chosen)), cast=True
        )
    return overridden_writing(usual, chosen)
