"""The uses of parameters -> a name for each that its author calls `$1`."""

from collections.abc import Sequence

from ...model.catalog import Catalog
from ...model.query import Parameter, ServerSql
from ..tree.origins import column_name
from ..tree.query_level import QueryLevel
from .nearby import nearby
from .procedures import named_by_procedure
from .use import Purpose, Use


def parameter_names(
    parameters: Sequence[Parameter],
    all_uses: Sequence[Use],
    level: QueryLevel | None,
    catalog: Catalog,
    sql: ServerSql,
) -> list[str]:
    """Return the authors' names; for a bare `$1` the column's or what stands near, made unique, else `arg1`."""
    if not all(parameter.name for parameter in parameters):
        hints = nearby(level) if level else named_by_procedure(sql, catalog)
        all_uses = (*all_uses, *hints)
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
        column = column_name(catalog, use.column)
        name = use.name or (column and column.column) or (use.field and use.field.name)
        if name:
            return name
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
