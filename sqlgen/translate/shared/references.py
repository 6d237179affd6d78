"""(TypedQuery…) -> the database types that they use, and the names that these get in `models`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from ...model.python import Alias, LiteralOf, Named
from ...model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from .. import names
from ..types.python_types import MODELS

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


@frozen
class SharedNames:
    """The names of the classes and aliases in the `models` module.

    `columns` are the aliases of checked columns, `classes` the classes of types and the aliases of
    domains.
    """

    columns: Mapping[CheckedColumn, str]
    classes: Mapping[TypeKey, str]

    def aliases(self) -> tuple[Alias, ...]:
        """Return the aliases of the checked columns."""
        return tuple(
            Alias(name, LiteralOf(values), f"The values that `{column}` may have.")
            for (column, values), name in self.columns.items()
        )

    def alias(self, typed: TypedColumn | TypedParameter) -> Named | LiteralOf | None:
        """Return the type of a column or parameter that has literals, None if it has none."""
        if not typed.literals:
            return None
        if typed.domain:
            return Named(self.classes[type_key(typed.domain)], MODELS)
        if typed.column is not None:
            name = self.columns.get((typed.column, typed.literals))
            if name is not None:
                return Named(name, MODELS)
        return LiteralOf(typed.literals)

    def used_by(self, references: TypeReferences) -> tuple[tuple[str, ...], ...]:
        """Return the names of all *references*: queries with the same names translate alike."""
        columns = sorted(references.checked, key=str)
        return (
            tuple([self.classes[key] for key in sorted(references.types)]),
            tuple([self.columns[column] for column in columns]),
        )


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


def shared_names(references: TypeReferences, search_path: Sequence[str]) -> SharedNames:
    """Return the names of all types and checked columns that a package refers to."""
    classes = class_names(references.types.values(), search_path)
    columns = checked_column_names(references.checked, classes, search_path)
    return SharedNames(columns, classes)


def class_names(
    types: Iterable[NamedType], search_path: Sequence[str]
) -> dict[TypeKey, str]:
    """Return a class name for each type.

    Of two with one name, the one that the search path finds has it; the other gets its schema in
    front.
    """
    classes: dict[TypeKey, str] = {}
    used: set[str] = set()
    for type_ in sorted(types, key=lambda t: _rank(t.schema, search_path)):
        name = names.class_name(type_.name)
        if name in used:
            name = names.class_name(f"{type_.schema}_{type_.name}")
        number, candidate = 1, name
        while candidate in used:
            number += 1
            candidate = f"{name}{number}"
        used.add(candidate)
        classes[type_key(type_)] = candidate
    return classes


def _rank(schema: str, search_path: Sequence[str]) -> int:
    """Return the place of a schema in the search path, or behind all of it."""
    return search_path.index(schema) if schema in search_path else len(search_path)


def checked_column_names(
    checked: Iterable[CheckedColumn],
    classes: Mapping[TypeKey, str],
    search_path: Sequence[str],
) -> dict[CheckedColumn, str]:
    """Return the aliases of checked columns, named after table and column, in the columns' order.

    `allergies.severity` is `AllergiesSeverity`; the schema comes in front where one of the
    `classes` or another column, of a schema that the search path has before, has that name.
    """
    used = set(classes.values())
    aliases: dict[CheckedColumn, str] = {}
    in_order = sorted(checked, key=lambda item: (str(item[0]), item[1]))
    for column, values in sorted(
        in_order, key=lambda item: _rank(item[0].schema, search_path)
    ):
        plain = f"{column.relation}_{column.column}"
        name = names.class_name(plain)
        number = 1
        while name in used:
            schema = f"{column.schema}_{plain}"
            name = names.class_name(schema) + (str(number) if number > 1 else "")
            number += 1
        used.add(name)
        aliases[column, values] = name
    return {key: aliases[key] for key in in_order}


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
