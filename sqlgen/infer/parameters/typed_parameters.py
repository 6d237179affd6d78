"""A description and the uses of parameters -> each parameter's name, nullability and column."""

from collections.abc import Sequence

from ...model.catalog import Catalog, Column, DomainType, PgType
from ...model.description import Description
from ...model.query import Mark, Parameter
from ...model.typed import ColumnName, TypedParameter
from ..columns.literals import domain_of, literals_of
from ..tree.origins import column_name
from ..tree.query_level import QueryLevel
from .uses import Purpose, Use, uses


def typed_parameters(
    description: Description, catalog: Catalog, level: QueryLevel | None
) -> tuple[TypedParameter, ...]:
    """Return the parameters in the order of their numbers, with a name for each."""
    if not description.query.parameters:
        return ()
    all_uses = uses(level) if level else ()
    in_order = sorted(description.query.parameters, key=lambda each: each.number)
    names = _names(in_order, all_uses, catalog)
    return tuple(
        _typed(
            parameter,
            name,
            description.parameter_types[parameter.number - 1],
            [use for use in all_uses if use.number == parameter.number],
            catalog,
        )
        for parameter, name in zip(in_order, names, strict=True)
    )


def _typed(
    parameter: Parameter,
    name: str,
    type_: PgType,
    its_uses: Sequence[Use],
    catalog: Catalog,
) -> TypedParameter:
    nullable, reason = _nullable(parameter, its_uses, catalog)
    telling = next((use for use in its_uses if use.same_values and use.column), None)
    column = _column(telling, catalog)
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
        element_nullable=any(
            use.elements
            and use.purpose is Purpose.ASSIGNED
            and _may_hold_null(use, catalog)
            for use in its_uses
        ),
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
    column = _column(use, catalog)
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


def _names(
    parameters: Sequence[Parameter], all_uses: Sequence[Use], catalog: Catalog
) -> list[str]:
    """Return the authors' names; for a bare `$1` the column's, made unique, else `arg1`."""
    taken = {parameter.name for parameter in parameters if parameter.name}
    names = []
    for parameter in parameters:
        name = parameter.name
        if not name:
            name = _unique(_suggested(parameter.number, all_uses, catalog), taken)
            taken.add(name)
        names.append(name)
    return names


def _suggested(number: int, all_uses: Sequence[Use], catalog: Catalog) -> str:
    for use in all_uses:
        if use.number != number:
            continue
        named: ColumnName | None = column_name(catalog, use.column)
        if named:
            return named.column
        if use.purpose in (Purpose.LIMIT, Purpose.OFFSET):
            return use.purpose.name.lower()
    return f"arg{number}"


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    suffix = 2
    while f"{name}_{suffix}" in taken:
        suffix += 1
    return f"{name}_{suffix}"
