"""PgType, the text of an override -> the row that a value is or has, and the class that it names."""

import ast
from collections.abc import Mapping

from ...model.catalog import ArrayType, CompositeType, DomainType, PgType
from ...model.frozen import frozen
from .overrides import is_known_name


@frozen
class RowClass:
    """The class of rows that an override names: `Line` in `"lines: list[Line]"`.

    `item_nullable`: the author wrote that there may be None in the list, `list[Line | None]`.
    """

    name: str
    is_list: bool = False
    item_nullable: bool = False


def row_in(type_: PgType) -> tuple[CompositeType | None, bool]:
    """Return the composite type that a value is of, and whether the value is a list of them.

    None if it is of another type.
    """
    is_list = False
    while not isinstance(type_, CompositeType):
        match type_:
            case DomainType(base=inner):
                type_ = inner
            case ArrayType(element=inner) if not is_list:
                type_, is_list = inner, True
            case _:
                return None, is_list
    return type_, is_list


def is_record(type_: PgType) -> bool:
    """Return whether a type is that of rows with unknown fields, or of arrays of them."""
    if isinstance(type_, ArrayType):
        return is_record(type_.element)
    return (type_.schema, type_.name) == ("pg_catalog", "record")


def row_class(text: str, aliases: Mapping[str, str]) -> RowClass | None:
    """Return the class that an override of a row names, None if it names another type.

    A class of ours is a bare name in PascalCase that is no builtin and no alias.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    tree, _ = _without_none(tree)
    is_list = item_nullable = False
    if isinstance(tree, ast.Subscript) and ast.unparse(tree.value) in _LISTS:
        is_list = True
        tree, item_nullable = _without_none(tree.slice)
    if not isinstance(tree, ast.Name) or is_known_name(tree.id, aliases):
        return None
    if not tree.id[0].isupper() or "_" in tree.id:
        return None
    return RowClass(tree.id, is_list, item_nullable)


_LISTS = frozenset({"list", "Sequence"})


def _without_none(tree: ast.expr) -> tuple[ast.expr, bool]:
    match tree:
        case ast.BinOp(left, ast.BitOr(), ast.Constant(None)):
            return left, True
        case _:
            return tree, False
