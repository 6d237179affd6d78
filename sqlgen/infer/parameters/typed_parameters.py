"""A description and the uses of parameters -> each parameter's name, nullability and column."""

from collections.abc import Sequence
from dataclasses import replace

from ...model.catalog import ArrayType, Catalog, Column, DomainType, PgType
from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.query import Mark, Parameter
from ...model.typed import TypedParameter
from ..columns.literals import domain_of, literals_of
from ..tree.origins import column_name
from ..tree.query_level import QueryLevel
from ..tree.types import base_type
from .equal_lengths import with_equal_lengths
from .names import parameter_names
from .occurrences import left_out_if_null, only_with_values_of_columns
from .records import composite_of, is_record
from .use import Purpose, Use
from .uses import uses


def typed_parameters(
    description: Description,
    catalog: Catalog,
    level: QueryLevel | None,
    *,
    nullable_elements: bool = False,
) -> tuple[TypedParameter, ...]:
    """Return the parameters in the order of their numbers, with a name for each.

    `nullable_elements`: the arrays of tables may hold NULLs.
    """
    if not description.query.parameters:
        return ()
    query = description.query
    all_uses = uses(level) if level else ()
    in_order = sorted(query.parameters, key=lambda each: each.number)
    names = parameter_names(in_order, all_uses, level, catalog, query.sql)
    closed = only_with_values_of_columns(level, all_uses, query.sql) if level else ()
    optional = left_out_if_null(level) if level else ()
    parameters = []
    for parameter, name in zip(in_order, names, strict=True):
        number = parameter.number
        its_uses = [use for use in all_uses if use.number == number]
        described = description.parameter_types[number - 1]
        type_ = described
        if is_record(described):
            type_ = composite_of(parameter, described, its_uses, catalog)
        typed = _typed(
            parameter, name, type_, its_uses, catalog, closed=number in closed
        )
        if nullable_elements and _holds_array_of_column(
            parameter, type_, its_uses, catalog
        ):
            typed = replace(typed, element_nullable=True)
        is_assigned = any(use.purpose is Purpose.ASSIGNED for use in its_uses)
        parameters.append(
            replace(
                typed,
                cast=type_ is not described,
                optional=typed.nullable and number in optional and not is_assigned,
            )
        )
    return with_equal_lengths(parameters, query, level) if level else tuple(parameters)


def _typed(
    parameter: Parameter,
    name: str,
    type_: PgType,
    its_uses: Sequence[Use],
    catalog: Catalog,
    *,
    closed: bool,
) -> TypedParameter:
    """Return a parameter; `closed`: no other values than those of its columns make sense."""
    nullable, reason = _nullable(parameter, its_uses, catalog)
    telling = next((use for use in its_uses if use.same_values and use.column), None)
    column = _column(telling, catalog)
    literals: tuple[str, ...] = ()
    if closed or isinstance(type_, DomainType):
        literals = _literals(type_, column, its_uses, catalog)
    return TypedParameter(
        name=name,
        number=parameter.number,
        type=type_,
        nullable=nullable,
        reason=reason,
        column=column_name(catalog, telling.column) if telling else None,
        literals=literals,
        domain=domain_of(column) if literals and column else None,
        element_nullable=_element_nullable(parameter, type_, its_uses, catalog),
    )


def _element_nullable(
    parameter: Parameter, type_: PgType, its_uses: Sequence[Use], catalog: Catalog
) -> bool:
    """Return whether the elements of an array may be NULL: by the author's mark, or its column.

    Raises `SqlgenError` (`mark-without-array`).
    """
    if parameter.element_mark is not Mark.INFER:
        if not isinstance(base_type(type_), ArrayType):
            raise _no_array(parameter, type_)
        return parameter.element_mark is Mark.NULLABLE
    return any(
        use.elements
        and use.purpose is Purpose.ASSIGNED
        and _may_hold_null(use, catalog)
        for use in its_uses
    )


def _holds_array_of_column(
    parameter: Parameter, type_: PgType, its_uses: Sequence[Use], catalog: Catalog
) -> bool:
    """Return whether a parameter without a mark is an array as a table's column holds it."""
    return (
        parameter.element_mark is Mark.INFER
        and isinstance(base_type(type_), ArrayType)
        and any(
            isinstance(base_type(column.type), ArrayType)
            for use in its_uses
            if not use.elements and (column := _column(use, catalog))
        )
    )


def _no_array(parameter: Parameter, type_: PgType) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="mark-without-array",
            message=f"`[{parameter.element_mark}]` is about the elements of an array, but"
            f" `{parameter.name}` is of type `{type_.display}`",
            label=Label(parameter.spans[0]),
            hint=f"mark the parameter itself: `:{parameter.name}{parameter.element_mark}`",
        )
    )


def _nullable(
    parameter: Parameter, its_uses: Sequence[Use], catalog: Catalog
) -> tuple[bool, str]:
    """Return whether a parameter may be NULL, and why.

    The author's mark decides, then a test for NULL, then the columns that it is assigned to.
    """
    if parameter.mark is not Mark.INFER:
        is_nullable = parameter.mark is Mark.NULLABLE
        return is_nullable, f"marked `{parameter.mark}` by its author"
    for use in its_uses:
        if use.purpose is Purpose.TESTED:
            return True, f"tested with `{use.test}`"
    assigned = [
        use for use in its_uses if use.purpose is Purpose.ASSIGNED and not use.elements
    ]
    for use in assigned:
        if not _may_hold_null(use, catalog):
            return False, f"assigned to {_named(use, catalog)}, which is NOT NULL"
    for use in assigned:
        return True, f"assigned to {_named(use, catalog)}, which may be NULL"
    for use in its_uses:
        if use.purpose is Purpose.ASSIGNED:
            return False, f"its elements are assigned to {_named(use, catalog)}"
        if use.purpose is Purpose.COMPARED and use.column:
            return False, f"compared with {_named(use, catalog)}"
        if use.purpose in (Purpose.LIMIT, Purpose.OFFSET):
            return False, f"the number of {use.purpose.name}"
    return False, "it goes into no column, and nothing tests it for NULL"


def _may_hold_null(use: Use, catalog: Catalog) -> bool:
    column = _column(use, catalog) or use.field
    if column is None:
        return True
    domain = column.type if isinstance(column.type, DomainType) else None
    return not (column.not_null or (domain and domain.not_null))


def _column(use: Use | None, catalog: Catalog) -> Column | None:
    if use is None or use.column is None:
        return None
    relation = catalog.relations.get(use.column.table)
    return relation.columns.get(use.column.number) if relation else None


def _named(use: Use, catalog: Catalog) -> str:
    if use.field:
        return f"the field `{use.field.name}`"
    name = column_name(catalog, use.column)
    return f"`{name.relation}.{name.column}`" if name else "a column"


def _literals(
    type_: PgType, column: Column | None, its_uses: Sequence[Use], catalog: Catalog
) -> tuple[str, ...]:
    """Return the only values that its columns allow, if all of them allow the same ones."""
    if isinstance(type_, DomainType):
        return type_.literals
    allowed = {
        literals_of(compared)
        for use in its_uses
        if use.same_values and (compared := _column(use, catalog))
    }
    return literals_of(column) if column and len(allowed) == 1 else ()
