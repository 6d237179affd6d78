"""A statement -> the domains that it makes values of, whose constraints are checked then."""

from collections.abc import Iterator, Mapping

from ...model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.constraints import ConstraintKind, DomainName, Violation
from ..nullability.scope import Scope
from ..tree.nodes import Node

_RESULTS = {
    "ARRAYCOERCEEXPR": "resulttype",
    "COERCETODOMAIN": "resulttype",
    "COERCEVIAIO": "resulttype",
    "CONVERTROWTYPEEXPR": "resulttype",
    "FUNCEXPR": "funcresulttype",
    "JSONRETURNING": "typid",
    "PARAM": "paramtype",
}
"""The field with the type of the value, by the tag of the node that makes it."""

_COLUMNS = {"RANGETBLFUNCTION": "funccoltypes", "TABLEFUNC": "coltypes"}


def made_types(scope: Scope) -> Iterator[tuple[PgType, bool]]:
    """Yield the types of values that a query makes, without those within it, and whether they may be NULL."""
    types = scope.catalog.types
    for node in scope.query.own:
        if field := _RESULTS.get(node.tag):
            type_ = types.get(node.number(field))
            if type_ is not None and not isinstance(type_, ScalarType):
                yield type_, _may_be_null(node, scope)
        elif field := _COLUMNS.get(node.tag):
            for oid in node.numbers(field):
                if oid in types:
                    yield types[oid], True


def domains_in(type_: PgType, inner: bool = False) -> Iterator[tuple[DomainType, bool]]:
    """Yield the domains that values of a type are checked against, and whether each is of a part of it.

    *inner*: the type itself is that of a part.
    """
    match type_:
        case DomainType(base=base):
            yield type_, inner
            yield from domains_in(base, inner)
        case ArrayType(element=part) | RangeType(subtype=part):
            yield from domains_in(part, True)
        case CompositeType(fields=fields):
            for field in fields:
                yield from domains_in(field.type, True)
        case _:
            pass


def violations_of(
    type_: PgType,
    may_be_null: bool,
    domains: Mapping[DomainName, tuple[Violation, ...]],
) -> Iterator[Violation]:
    """Yield the constraints of *domains* that a value of a type may violate."""
    for domain, inner in domains_in(type_):
        for violation in domains.get((domain.schema, domain.name), ()):
            if violation.kind is not ConstraintKind.NOT_NULL or may_be_null or inner:
                yield violation


def _may_be_null(node: Node, scope: Scope) -> bool:
    value = node.node("arg") if node.tag == "COERCETODOMAIN" else node
    return scope.verdict(value).nullable
