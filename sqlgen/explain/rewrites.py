"""A scan that no index serves -> the conditions that one would serve if they were written otherwise. Pure."""

from collections.abc import Iterator, Mapping

from ..model.catalog import ArrayType, PgType
from ..model.frozen import frozen
from .candidates import base_type, column_of, create_index, is_ordered
from .conditions import columns_of, comparison, quoted, unwrapped, without_alias
from .indexes import TableIndexes
from .service import UnservedScan


@frozen
class ConditionRewrite:
    """A condition, and one `instead` of it that finds the same rows and that an index can serve.

    `index` is the name of such an index; empty if there is none, and `create` makes it.
    """

    condition: str
    instead: str
    index: str
    create: str


def condition_rewrites(
    scan: UnservedScan, types: Mapping[str, PgType], indexes: TableIndexes
) -> tuple[ConditionRewrite, ...]:
    """Return what to write for the scan's conditions; *types* are those of the table's columns."""
    return tuple(_of_elements(scan, types, indexes))


def _of_elements(
    scan: UnservedScan, types: Mapping[str, PgType], indexes: TableIndexes
) -> Iterator[ConditionRewrite]:
    """Yield `column @> ARRAY[x]` for each `x = ANY (column)`, which no index on the array serves.

    Both find no row where `x` or the column is NULL.
    """
    for condition in scan.conditions:
        pair = comparison(condition)
        if pair is None or pair.operator != "=" or not pair.right.startswith("ANY "):
            continue
        column = _array_column(pair.right[len("ANY ") :], scan.alias, types)
        if column is None or columns_of(pair.left, scan.alias):
            continue
        type_ = base_type(types[column])
        if not isinstance(type_, ArrayType) or not is_ordered(type_.element):
            continue
        array = f"ARRAY[{pair.left}]"
        # Elements that are all parameters or literals are texts to PostgreSQL.
        if type_.display != "text[]":
            array += f"::{type_.display}"
        gin = [
            index.name
            for index in indexes.of(scan.schema, scan.table)
            if index.method == "gin" and not index.partial and column in index.columns
        ]
        yield ConditionRewrite(
            condition=without_alias(condition, scan.alias),
            instead=without_alias(f"{quoted(column)} @> {array}", scan.alias),
            index=next(iter(gin), ""),
            create="" if gin else create_index(scan, "gin", [quoted(column)]),
        )


def _array_column(text: str, alias: str, types: Mapping[str, PgType]) -> str | None:
    """Return the column that is the array, perhaps one of varchar that is cast to text[]; None for others."""
    column = column_of(unwrapped(unwrapped(text).removesuffix("::text[]")), alias)
    return column if column in types else None
