"""Expressions -> the types that the tree says they have, domains included."""

from collections.abc import Mapping
from functools import lru_cache

from ...model.catalog import DomainType, PgType
from .enums import SubLinkType
from .nodes import Form, Node

# Where a node of each tag keeps its type (`exprType` in nodeFuncs.c); the field's name is unique.
_FIELDS = (
    "vartype",
    "paramtype",
    "consttype",
    "resulttype",
    "funcresulttype",
    "opresulttype",
    "coalescetype",
    "casetype",
    "minmaxtype",
    "aggtype",
    "wintype",
    "refrestype",
    "array_typeid",
    "row_typeid",
    "typeId",
)


def in_tree(
    expression: Node | None, wire: PgType, types: Mapping[int, PgType]
) -> PgType:
    """The type of *expression*: the domain where the tree shows one, else what is on the wire."""
    found = _type(expression, types) if expression else None
    base = found
    while isinstance(base, DomainType):
        base = base.base
    return found if found is not None and (base is wire or base == wire) else wire


def type_of(expression: Node | None) -> int:
    """The oid of the type that *expression* itself names, or 0 where it names none."""
    return _type_in(expression.form) if expression is not None else 0


@lru_cache(maxsize=4096)
def _type_in(form: Form) -> int:
    for field in _FIELDS:
        if field in form.fields and (oid := form.number(field)):
            return oid
    return 0


def _type(expression: Node, types: Mapping[int, PgType]) -> PgType | None:
    if (
        expression.tag == "SUBLINK"
        and expression.number("subLinkType") == SubLinkType.EXPR
    ):
        query = expression.node("subselect")
        output = query.nodes("targetList") if query else ()
        inner = output[0].node("expr") if output else None
        return _type(inner, types) if inner else None
    return types.get(type_of(expression))
