"""A parameter that PostgreSQL calls a `record` -> the composite type that it is compared with."""

from collections.abc import Iterable

from ...model.catalog import ArrayType, Catalog, CompositeType, PgType
from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.query import Parameter
from ..tree.types import base_type
from .use import Use


def is_record(type_: PgType) -> bool:
    """Return whether no value of the type can be sent: `record`, or an array of it."""
    element = type_.element if isinstance(type_, ArrayType) else type_
    return (element.schema, element.name) == ("pg_catalog", "record")


def composite_of(
    parameter: Parameter, type_: PgType, uses: Iterable[Use], catalog: Catalog
) -> PgType:
    """Return the composite type of a parameter that is described as a record, or an array of it.

    The operators of composites take any record, so that `address = $1` does not say what `$1` is.
    Raises `SqlgenError` (`record-parameter`) if the other side is not of one composite type.
    """
    composites: list[CompositeType] = []
    for use in uses:
        other = base_type(catalog.types.get(use.other_type))
        if isinstance(other, ArrayType):
            other = base_type(other.element)
        if isinstance(other, CompositeType) and other not in composites:
            composites.append(other)
    if len(composites) != 1:
        raise _error(parameter, type_, composites)
    (composite,) = composites
    if not isinstance(type_, ArrayType):
        return composite
    arrays = [
        array
        for array in catalog.types.values()
        if isinstance(array, ArrayType) and array.element == composite
    ]
    if not arrays:
        raise _error(parameter, type_, composites)
    return arrays[0]


def _error(
    parameter: Parameter, type_: PgType, composites: list[CompositeType]
) -> SqlgenError:
    placeholder = f":{parameter.name}" if parameter.name else f"${parameter.number}"
    example = composites[0].display if composites else "address"
    brackets = "[]" if isinstance(type_, ArrayType) else ""
    return SqlgenError(
        Diagnostic(
            code="record-parameter",
            message=f"the type of `{placeholder}` is `{type_.display}`, of which PostgreSQL"
            " takes no values",
            label=Label(parameter.spans[0]),
            hint=f"add a cast to its composite type: `{placeholder}::{example}{brackets}`",
        )
    )
