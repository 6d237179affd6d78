"""(TypedQuery…) -> the database types that they use and that get a name in `models`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from ...model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.frozen import frozen
from ...model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery

NamedType = EnumType | CompositeType | DomainType
"""The types that get a class or alias; of domains, those whose CHECK lists their values."""

TypeKey = tuple[str, str]
"""The schema and the name of a type."""

CheckedColumn = tuple[ColumnName, tuple[str, ...]]
"""A column whose CHECK constraint lists its values, and these values."""


@frozen(kw_only=True)
class TypeReferences:
    """The database types that some queries use and that get a name in the `models` module.

    `types` get a class or alias, and so do the values of the `checked` columns. `read` and
    `written` are the composites in results and in parameters.
    """

    types: Mapping[TypeKey, NamedType] = field(default_factory=dict)
    checked: frozenset[CheckedColumn] = frozenset()
    read: frozenset[TypeKey] = frozenset()
    written: frozenset[TypeKey] = frozenset()


def type_references(queries: Iterable[TypedQuery]) -> TypeReferences:
    """Return the references of some queries."""
    types: dict[TypeKey, NamedType] = {}
    checked: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    for query in queries:
        for composites, items in ((read, query.columns), (written, query.parameters)):
            for typed in items:
                _add(typed, types, checked, composites)
    return TypeReferences(
        types=types,
        checked=frozenset(checked),
        read=frozenset(read),
        written=frozenset(written),
    )


def merge_references(references: Iterable[TypeReferences]) -> TypeReferences:
    """Return all references together, the types sorted by schema and name."""
    types: dict[TypeKey, NamedType] = {}
    checked: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    for part in references:
        for type_ in part.types.values():
            _add_type(type_, types)
        checked |= part.checked
        read |= part.read
        written |= part.written
    return TypeReferences(
        types=dict(sorted(types.items())),
        checked=frozenset(checked),
        read=frozenset(read),
        written=frozenset(written),
    )


def composites_in(types: Iterable[PgType]) -> frozenset[TypeKey]:
    """Return the composites among the types and within them."""
    return frozenset(
        type_key(inner)
        for type_ in types
        for inner in named_types_in(type_)
        if isinstance(inner, CompositeType)
    )


def type_key(type_: PgType) -> TypeKey:
    """Return the key of a type."""
    return type_.schema, type_.name


def named_types_in(type_: PgType) -> Iterator[NamedType]:
    """Yield the types that get a class or alias: the type itself, and those it is made of."""
    match type_:
        case EnumType():
            yield type_
        case CompositeType(fields=fields):
            yield type_
            for field in fields:
                yield from named_types_in(field.type)
        case DomainType(base=base):
            if type_.literals:
                yield type_
            yield from named_types_in(base)
        case ArrayType(element=inner) | RangeType(subtype=inner):
            yield from named_types_in(inner)
        case ScalarType():
            pass


def has_literals(type_: PgType) -> bool:
    """Return whether the type itself lists its values, so that its column needs no alias."""
    if isinstance(type_, ArrayType):
        return has_literals(type_.element)
    return isinstance(type_, DomainType) and bool(type_.literals)


def _add_type(type_: NamedType, types: dict[TypeKey, NamedType]) -> None:
    """Add a type; of a table's row type only those fields are NOT NULL that are so in all queries."""
    known = types.setdefault(type_key(type_), type_)
    if (
        known != type_
        and isinstance(known, CompositeType)
        and isinstance(type_, CompositeType)
    ):
        fields = tuple(
            [
                replace(first, not_null=first.not_null and second.not_null)
                for first, second in zip(known.fields, type_.fields, strict=True)
            ]
        )
        types[type_key(type_)] = replace(known, fields=fields)


def _add(
    typed: TypedParameter | TypedColumn,
    types: dict[TypeKey, NamedType],
    checked: set[CheckedColumn],
    composites: set[TypeKey],
) -> None:
    """Add the references of a parameter or column."""
    if isinstance(typed.type, ScalarType) and not typed.literals:
        return  # nearly all of them
    domains = (typed.domain,) if typed.domain else ()
    for type_ in (*named_types_in(typed.type), *domains):
        _add_type(type_, types)
        if isinstance(type_, CompositeType):
            composites.add(type_key(type_))
    if not typed.literals or not typed.column or typed.domain:
        return
    if not has_literals(typed.type):
        checked.add((typed.column, typed.literals))
