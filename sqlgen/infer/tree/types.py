"""Expressions -> the types that the tree says they have, domains included."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from ...model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    Relation,
    ScalarType,
)
from .enums import SubLinkType
from .forms import Form
from .nodes import Node

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
"""Where nodes keep their types (`exprType` in nodeFuncs.c), each kind of node in one of the fields."""


def type_in_tree(
    expression: Node | None, wire: PgType, types: Mapping[int, PgType]
) -> PgType:
    """Return the domain where the tree shows one over the type *wire*, else *wire* itself.

    *wire* is the type that the server describes, which is never a domain.
    """
    type_ = _type(expression, types) if expression else None
    base = base_type(type_)
    return type_ if type_ is not None and (base is wire or base == wire) else wire


def type_of(expression: Node | None) -> int:
    """Return the oid of the type that *expression* itself names, or 0 if it names none."""
    return _type_in(expression.form) if expression is not None else 0


def with_proved_fields(type_: PgType, table: Relation | None) -> PgType:
    """Return the type with what constraints prove only in fields of values that are rows of *table*.

    A table's NOT NULL and CHECK hold in its rows, and in no other value of their type: `ROW(1,
    NULL)::t`.
    """
    match type_:
        case CompositeType(fields=fields):
            is_row = table is not None and (type_.schema, type_.name) == (
                table.schema,
                table.name,
            )
            columns = table.columns.values() if table and is_row else ()
            literals = {column.name: column.literals for column in columns}
            not_null = {column.name for column in columns if column.not_null}
            proved = tuple(
                [
                    CompositeField(
                        f.name,
                        with_proved_fields(f.type, None),
                        is_row and (f.not_null or f.name in not_null),
                        literals=literals.get(f.name, ()),
                        comment=f.comment,
                    )
                    for f in fields
                ]
            )
            return type_ if proved == fields else replace(type_, fields=proved)
        case ArrayType(element=element):
            inner = with_proved_fields(element, table)
            return type_ if inner is element else replace(type_, element=inner)
        case DomainType(base=base):
            inner = with_proved_fields(base, table)
            return type_ if inner is base else replace(type_, base=inner)
        case RangeType(subtype=subtype):
            inner = with_proved_fields(subtype, None)
            return type_ if inner is subtype else replace(type_, subtype=inner)
        case ScalarType() | EnumType():
            return type_


def base_type(type_: PgType | None) -> PgType | None:
    """Return the type under domains."""
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def is_record(type_: PgType) -> bool:
    """Return whether a type is that of rows with unknown columns, or of arrays of them."""
    if isinstance(type_, ArrayType):
        return is_record(type_.element)
    return (type_.schema, type_.name) == ("pg_catalog", "record")


def is_array(expression: Node | None, types: Mapping[int, PgType]) -> bool:
    """Return whether an expression's type is that of an array, and no domain over one."""
    return _gives_array(expression) or isinstance(
        _type(expression, types) if expression else None, ArrayType
    )


def holds_array(expression: Node | None, types: Mapping[int, PgType]) -> bool:
    """Return whether an expression's type is that of an array, or a domain over one."""
    return _gives_array(expression) or isinstance(
        base_type(_type(expression, types) if expression else None), ArrayType
    )


def _gives_array(expression: Node | None) -> bool:
    """Return whether it is `ARRAY(SELECT …)`, which does not say its type."""
    return (
        expression is not None
        and expression.tag == "SUBLINK"
        and expression.number("subLinkType") == SubLinkType.ARRAY
    )


def compared_alike(first: PgType, second: PgType) -> bool:
    """Return whether values of two types are compared by the same operators.

    varchar has text's operators, and a domain those of its base type.
    """
    return _compared_as(first) == _compared_as(second)


def _compared_as(type_: PgType) -> str:
    while isinstance(type_, DomainType):
        type_ = type_.base
    if isinstance(type_, ArrayType):
        return _compared_as(type_.element) + "[]"
    if type_.schema == "pg_catalog" and type_.name == "varchar":
        return "pg_catalog.text"
    return f"{type_.schema}.{type_.name}"


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
    if expression.tag == "COLLATEEXPR":
        inner = expression.node("arg")
        return _type(inner, types) if inner else None
    if expression.tag == "JSONEXPR":
        inner = expression.node("returning")
        return types.get(inner.number("typid")) if inner else None
    return types.get(type_of(expression))
