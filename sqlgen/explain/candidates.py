"""A scan that no index serves -> the indexes that would serve it. Pure."""

from collections.abc import Collection, Mapping
from typing import Final

from ..model.catalog import ArrayType, DomainType, PgType, RangeType, ScalarType
from .conditions import (
    columns_of,
    disjuncts,
    own_side,
    quoted,
    references,
    tokens,
    unquoted,
    without_alias,
)
from .page_service import UnservedPage
from .service import UnservedScan

_B_TREE_WORDS: Final = ("IS NULL", "IS NOT NULL", "IS TRUE", "IS FALSE")
_GIN_OPERATORS: Final = {
    "jsonb": ("@>", "?", "?|", "?&", "@?", "@@"),
    "tsvector": ("@@",),
}
"""The operators of GIN's usual operator class for a type (manual 65.4)."""
_UNORDERED: Final = (
    "json",
    "xml",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
)
"""Types without an order, which no B-tree can have."""


def candidate_indexes(
    scan: UnservedScan, types: Mapping[str, PgType], leading: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the statements that create indexes which would serve the scan: one, or one for each arm of an OR.

    *types* are those of the table's columns, and *leading* the columns that an index of it begins with. Empty
    if it is not known which index would do.
    """
    equal: list[str] = []
    ranged: list[str] = []
    for condition in scan.conditions:
        key = _key(condition, scan.alias, types)
        if key:
            (equal if key[1] else ranged).append(key[0])
    equal.sort(key=lambda key: _is_boolean(types.get(unquoted(key))))
    plain = [
        *dict.fromkeys(equal),
        *[key for key in dict.fromkeys(ranged) if key not in equal][:1],
    ]
    if plain:
        return (create_index(scan, "", plain),)
    for condition in scan.conditions:
        if special := _special(condition, scan.alias, types):
            method, column = special
            return (create_index(scan, method, [column]),)
        arms = [arm for arm in disjuncts(condition) if [*references(arm)]]
        keys = [_key(arm, scan.alias, types) for arm in arms]
        if len(disjuncts(condition)) > 1 and all(keys):
            columns = dict.fromkeys(
                [key[0] for key in keys if key and unquoted(key[0]) not in leading]
            )
            return tuple([create_index(scan, "", [column]) for column in columns])
    return ()


def page_index(page: UnservedPage) -> str:
    """Return the statement that creates an index which serves the conditions and the order of pages."""
    columns = [
        quoted(column)
        for condition in page.conditions
        for column in columns_of(condition, page.alias)
    ]
    return create_index(page, "", [*dict.fromkeys(columns), *page.keys])


def create_index(
    scan: UnservedScan | UnservedPage, method: str, keys: list[str]
) -> str:
    """Return the statement that creates an index of the scan's table; an empty *method* is a B-tree."""
    table = quoted(scan.table)
    if scan.schema != "public":
        table = f"{quoted(scan.schema)}.{table}"
    using = f" USING {method}" if method else ""
    return f"CREATE INDEX ON {table}{using} ({', '.join(keys)})"


def _key(
    condition: str, alias: str, types: Mapping[str, PgType]
) -> tuple[str, bool] | None:
    """Return the key of a B-tree that serves a condition, and whether it finds one value; None without one."""
    bare = [token for token in tokens(condition) if token.kind != "space"]
    if bare and bare[0].text == "NOT":
        condition = condition.partition("NOT")[2].strip()
    column = column_of(condition, alias)
    if column is not None:
        return (quoted(column), True) if _is_boolean(types.get(column)) else None
    side = own_side(condition, alias)
    if side is None or side.right.startswith("ALL "):
        return None
    if side.operator not in ("=", "<", ">", "<=", ">=", *_B_TREE_WORDS):
        return None
    is_one = side.operator == "=" or side.operator.startswith("IS ")
    column = column_of(_without_text_cast(side.left, alias, types), alias)
    if column is not None:
        return (quoted(column), is_one) if is_ordered(types.get(column)) else None
    expression = _function_of_column(side.left, alias)
    return (expression, is_one) if expression else None


def _special(
    condition: str, alias: str, types: Mapping[str, PgType]
) -> tuple[str, str] | None:
    """Return the method and the column of an index that no order helps; None if that is not known."""
    side = own_side(condition, alias)
    column = column_of(side.left, alias) if side else None
    type_ = types.get(column) if column else None
    if side is None or column is None or type_ is None:
        return None
    type_ = base_type(type_)
    if isinstance(type_, RangeType) and side.operator in ("&&", "@>", "<@"):
        return "gist", quoted(column)
    if isinstance(type_, ArrayType) and side.operator in ("&&", "@>", "<@"):
        return "gin", quoted(column)
    if isinstance(type_, ScalarType):
        operators = _GIN_OPERATORS.get(type_.name, ())
        return ("gin", quoted(column)) if side.operator in operators else None
    return None


def column_of(text: str, alias: str) -> str | None:
    """Return the column that the text is, and nothing more; None if it is something else."""
    parts = [token for token in tokens(text) if token.kind != "space"]
    while len(parts) > 2 and parts[0].text == "(" and parts[-1].text == ")":
        parts = parts[1:-1]
    if len(parts) == 3 and parts[1].text == "." and unquoted(parts[0].text) == alias:
        return unquoted(parts[2].text)
    return None


def _without_text_cast(text: str, alias: str, types: Mapping[str, PgType]) -> str:
    """Return the text without `::text` after a column of varchar, which an index on it looks through."""
    if not text.endswith("::text"):
        return text
    column = column_of(text.removesuffix("::text"), alias)
    type_ = types.get(column) if column else None
    type_ = base_type(type_)
    is_varchar = isinstance(type_, ScalarType) and type_.name in ("varchar", "text")
    return text.removesuffix("::text") if is_varchar else text


def _function_of_column(text: str, alias: str) -> str | None:
    """Return `lower(c)` or `upper(c)`, which never change their minds, of a text; None for the rest."""
    parts = [token for token in tokens(text) if token.kind != "space"]
    if len(parts) < 6 or parts[0].text not in ("lower", "upper"):
        return None
    inside = "".join([token.text for token in parts[1:]]).replace("::text", "")
    if column_of(inside, alias) is None:
        return None
    return without_alias(text, alias)


def _is_boolean(type_: PgType | None) -> bool:
    type_ = base_type(type_)
    return isinstance(type_, ScalarType) and type_.name == "bool"


def is_ordered(type_: PgType | None) -> bool:
    """Return whether a B-tree can have the type."""
    type_ = base_type(type_)
    return type_ is not None and not (
        isinstance(type_, ScalarType) and type_.name in _UNORDERED
    )


def base_type(type_: PgType | None) -> PgType | None:
    """Return the type below a domain; any other as it is."""
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_
