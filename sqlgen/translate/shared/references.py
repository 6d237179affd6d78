"""(TypedQuery…) -> what they mention of that which all modules share, and the names it gets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

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
from ...model.python import Alias, LiteralOf, Named
from ...model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from .. import names
from ..types.python_types import MODELS

NamedType = EnumType | CompositeType | DomainType

TypeKey = tuple[str, str]
"""The schema and the name of a type."""

CheckedColumn = tuple[ColumnName, tuple[str, ...]]
"""A column that a CHECK limits to some values, and these."""


@frozen(kw_only=True)
class TypeReferences:
    """What some queries mention of that which all modules share.

    `types` are those that get a class or alias, `limited` the columns whose values do. `read` and
    `written` are the composites in results and in parameters.
    """

    types: Mapping[TypeKey, NamedType] = field(default_factory=dict)
    limited: frozenset[CheckedColumn] = frozenset()
    read: frozenset[TypeKey] = frozenset()
    written: frozenset[TypeKey] = frozenset()


@frozen
class SharedNames:
    """The names of what all modules share.

    `columns` are the aliases of columns that a CHECK limits to some values, those of domains apart;
    `classes` the names of types.
    """

    columns: Mapping[CheckedColumn, str]
    classes: Mapping[TypeKey, str]

    def aliases(self) -> tuple[Alias, ...]:
        """The aliases of columns themselves."""
        return tuple(
            Alias(name, LiteralOf(values), f"The values that `{column}` may have.")
            for (column, values), name in self.columns.items()
        )

    def alias(self, typed: TypedColumn | TypedParameter) -> Named | LiteralOf | None:
        """The type of a column or parameter that has literals, None where there are none."""
        if not typed.literals:
            return None
        if typed.domain:
            return Named(self.classes[type_key(typed.domain)], MODELS)
        if typed.column is not None:
            name = self.columns.get((typed.column, typed.literals))
            if name is not None:
                return Named(name, MODELS)
        return LiteralOf(typed.literals)

    def of(self, references: TypeReferences) -> tuple[tuple[str, ...], ...]:
        """The names of what the *mentions* are of: two of the same are translated alike."""
        return (
            tuple([self.classes[each] for each in sorted(references.types)]),
            tuple([self.columns[each] for each in sorted(references.limited, key=str)]),
        )


def type_references(queries: Iterable[TypedQuery]) -> TypeReferences:
    """What the queries mention."""
    types: dict[TypeKey, NamedType] = {}
    limited: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    for query in queries:
        for composites, items in ((read, query.columns), (written, query.parameters)):
            for typed in items:
                _mention(typed, types, limited, composites)
    return TypeReferences(
        types=types,
        limited=frozenset(limited),
        read=frozenset(read),
        written=frozenset(written),
    )


def _mention(
    typed: TypedParameter | TypedColumn,
    types: dict[TypeKey, NamedType],
    limited: set[CheckedColumn],
    composites: set[TypeKey],
) -> None:
    """Add what a parameter or column mentions."""
    if isinstance(typed.type, ScalarType) and not typed.literals:
        return  # nearly all do not
    for type_ in (*named_types_in(typed.type), *_limiting(typed)):
        types.setdefault(type_key(type_), type_)
        if isinstance(type_, CompositeType):
            composites.add(type_key(type_))
    if not typed.literals or not typed.column or typed.domain:
        return
    if not has_literals(typed.type):
        limited.add((typed.column, typed.literals))


def merge_references(found: Iterable[TypeReferences]) -> TypeReferences:
    """All that is mentioned, the types sorted by schema and name."""
    types: dict[TypeKey, NamedType] = {}
    limited: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    for one in found:
        for name, type_ in one.types.items():
            types.setdefault(name, type_)
        limited |= one.limited
        read |= one.read
        written |= one.written
    return TypeReferences(
        types=dict(sorted(types.items())),
        limited=frozenset(limited),
        read=frozenset(read),
        written=frozenset(written),
    )


def shared_names(mentioned: TypeReferences) -> SharedNames:
    """The names of all that is mentioned in a package."""
    classes = class_names(mentioned.types.values())
    return SharedNames(checked_column_names(mentioned.limited, classes), classes)


def _limiting(typed: TypedParameter | TypedColumn) -> tuple[NamedType, ...]:
    return (typed.domain,) if typed.domain else ()


def class_names(types: Iterable[NamedType]) -> dict[TypeKey, str]:
    """A class name for each type; of two with one name the later has its schema in front."""
    found: dict[TypeKey, str] = {}
    used: set[str] = set()
    for type_ in types:
        name = names.class_name(type_.name)
        if name in used:
            name = names.class_name(f"{type_.schema}_{type_.name}")
        number, candidate = 1, name
        while candidate in used:
            number += 1
            candidate = f"{name}{number}"
        used.add(candidate)
        found[type_key(type_)] = candidate
    return found


def checked_column_names(
    limited: Iterable[CheckedColumn], classes: Mapping[TypeKey, str]
) -> dict[CheckedColumn, str]:
    """The aliases of the columns with literals, named after table and column.

    `allergies.severity` is `AllergiesSeverity`, whatever else there is; the schema comes in front
    where one of the `classes` or another column has the name.
    """
    used = set(classes.values())
    found: dict[CheckedColumn, str] = {}
    for column, values in sorted(limited, key=lambda item: (str(item[0]), item[1])):
        plain = f"{column.relation}_{column.column}"
        name = names.class_name(plain)
        number = 1
        while name in used:
            schema = f"{column.schema}_{plain}"
            name = names.class_name(schema) + (str(number) if number > 1 else "")
            number += 1
        used.add(name)
        found[column, values] = name
    return found


def composites_in(types: Iterable[PgType]) -> frozenset[TypeKey]:
    """The composites among the types and within them."""
    return frozenset(
        (inner.schema, inner.name)
        for type_ in types
        for inner in named_types_in(type_)
        if isinstance(inner, CompositeType)
    )


def type_key(type_: PgType) -> TypeKey:
    """What a type is found by."""
    return type_.schema, type_.name


def named_types_in(type_: PgType) -> Iterator[NamedType]:
    """The types in the type, itself included, that get a class or alias."""
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
    """Whether the type itself is limited to some values, so that a column need not be."""
    if isinstance(type_, ArrayType):
        return has_literals(type_.element)
    return isinstance(type_, DomainType) and bool(type_.literals)
