"""What all modules share: enums, composites and the literals of CHECK constraints, by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ..model.config import RowStyle
from ..model.python import (
    Alias,
    Composite,
    Enum,
    Field,
    LiteralOf,
    Module,
    Named,
    Record,
)
from ..model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from . import names, uses
from .reading import parsing
from .scalars import JSON_VALUE, PYDANTIC_JSON, SHARED_ALIASES, SHARED_DOCS
from .types import MODELS, Types, nullable, or_none
from .writing import nested_write

Shared = EnumType | CompositeType | DomainType


@dataclass(frozen=True, slots=True)
class Literals:
    """The aliases of columns that a CHECK limits to some values, those of domains apart."""

    columns: tuple[tuple[ColumnName, tuple[str, ...], str], ...]
    classes: Mapping[tuple[str, str], str]

    def aliases(self) -> tuple[Alias, ...]:
        """The aliases themselves."""
        return tuple(
            Alias(name, LiteralOf(values), f"The values that `{column}` may have.")
            for column, values, name in self.columns
        )

    def alias(self, typed: TypedColumn | TypedParameter) -> Named | LiteralOf | None:
        """The type of a column or parameter that has literals, None where there are none."""
        if not typed.literals:
            return None
        if typed.domain:
            return Named(self.classes[_key(typed.domain)], MODELS)
        for column, values, name in self.columns:
            if column == typed.column and values == typed.literals:
                return Named(name, MODELS)
        return LiteralOf(typed.literals)


def _typed(query: TypedQuery) -> tuple[TypedParameter | TypedColumn, ...]:
    return (*query.parameters, *query.columns)


def shared_types(queries: Sequence[TypedQuery]) -> tuple[Shared, ...]:
    """The types of the queries that get a class or alias, sorted by schema and name."""
    found: dict[tuple[str, str], Shared] = {}
    for query in queries:
        for typed in _typed(query):
            for type_ in (*_within(typed.type), *_limiting(typed)):
                found.setdefault((type_.schema, type_.name), type_)
    return tuple(type_ for _, type_ in sorted(found.items()))


def _limiting(typed: TypedParameter | TypedColumn) -> tuple[Shared, ...]:
    return (typed.domain,) if typed.domain else ()


def class_names(types: Iterable[Shared]) -> dict[tuple[str, str], str]:
    """A class name for each type; of two with one name the later has its schema in front."""
    found: dict[tuple[str, str], str] = {}
    for type_ in types:
        name = names.class_name(type_.name)
        if name in found.values():
            name = names.class_name(f"{type_.schema}_{type_.name}")
        number, candidate = 1, name
        while candidate in found.values():
            number += 1
            candidate = f"{name}{number}"
        found[type_.schema, type_.name] = candidate
    return found


def literals(
    queries: Sequence[TypedQuery], classes: Mapping[tuple[str, str], str]
) -> Literals:
    """The aliases of the columns with literals, named after table and column.

    `allergies.severity` is `AllergiesSeverity`, whatever else there is; the schema comes in front
    where one of the `classes` or another column has the name.
    """
    limited = {
        (typed.column, typed.literals)
        for query in queries
        for typed in _typed(query)
        if typed.literals
        and typed.column
        and not typed.domain
        and not has_literals(typed.type)
    }
    used = set(classes.values())
    columns: list[tuple[ColumnName, tuple[str, ...], str]] = []
    for column, values in sorted(limited, key=lambda item: (str(item[0]), item[1])):
        plain = f"{column.relation}_{column.column}"
        name = names.class_name(plain)
        number = 1
        while name in used:
            schema = f"{column.schema}_{plain}"
            name = names.class_name(schema) + (str(number) if number > 1 else "")
            number += 1
        used.add(name)
        columns.append((column, values, name))
    return Literals(tuple(columns), classes)


def models(
    queries: Sequence[TypedQuery],
    shared: Sequence[Shared],
    records: Sequence[Record],
    modules: Sequence[Module],
    types: Types,
    limited: Literals,
) -> Module:
    """The module with everything that the others share; its `path` is still to be set."""
    read = composites_of(column.type for q in queries for column in q.columns)
    written = composites_of(p.type for q in queries for p in q.parameters)
    found = Module(
        name=MODELS,
        path="",
        doc="What the modules of this package share.",
        enums=tuple(enum(t, types) for t in shared if isinstance(t, EnumType)),
        aliases=(
            *(domain_alias(t, types) for t in shared if isinstance(t, DomainType)),
            *limited.aliases(),
        ),
        composites=tuple(
            composite(t, types, read=_key(t) in read, written=_key(t) in written)
            for t in _inner_first(shared)
        ),
        records=tuple(records),
    )
    used = {name for module in (*modules, found) for name in uses.types(module)}
    styles = {x.style for module in (*modules, found) for x in module.records}
    aliases = dict(SHARED_ALIASES)
    if RowStyle.PYDANTIC in styles:
        aliases[JSON_VALUE] = PYDANTIC_JSON
    plain = tuple(
        Alias(name.name, type_, SHARED_DOCS[name])
        for name, type_ in aliases.items()
        if name in used
    )
    return replace(found, aliases=(*plain, *found.aliases))


def enum(type_: EnumType, types: Types) -> Enum:
    """The `StrEnum` of an enum type."""
    members = zip(names.member_names(type_.labels), type_.labels, strict=True)
    doc = type_.comment or f"The values of the database's type `{type_.display}`."
    return Enum(types.model(type_).name, doc, tuple(members))


def composite(
    type_: CompositeType, types: Types, *, read: bool, written: bool
) -> Composite:
    """The dataclass of a composite type."""
    fields = []
    field_names = names.field_names([field.name for field in type_.fields])
    for name, field in zip(field_names, type_.fields, strict=True):
        found = parsing(field.type, types)
        write = nested_write(field.type, types)
        if field.not_null:
            how = Field(name=name, type=found.type, raw=found.raw, read=found.read)
        else:
            how = Field(
                name=name,
                type=nullable(found.type),
                raw=nullable(found.raw),
                read=or_none(found.read),
            )
            write = or_none(write)
        fields.append(replace(how, write=write))
    return Composite(
        name=types.model(type_).name,
        doc=type_.comment or f"A value of the database's type `{type_.display}`.",
        fields=tuple(fields),
        read=read,
        written=written,
    )


def domain_alias(type_: DomainType, types: Types) -> Alias:
    """The alias of a domain that a CHECK limits to some values."""
    return Alias(types.model(type_).name, LiteralOf(type_.literals), type_.comment)


def composites_of(types: Iterable[PgType]) -> frozenset[tuple[str, str]]:
    """The composites among the types and within them."""
    return frozenset(
        (inner.schema, inner.name)
        for type_ in types
        for inner in _within(type_)
        if isinstance(inner, CompositeType)
    )


def _inner_first(shared: Sequence[Shared]) -> list[CompositeType]:
    """The composites, each after those that it has fields of."""
    found = [type_ for type_ in shared if isinstance(type_, CompositeType)]
    inner = {_key(t): composites_of([f.type for f in t.fields]) for t in found}
    return [
        type_
        for _, type_ in sorted(
            ((_depth(_key(t), inner), t) for t in found),
            key=lambda item: (item[0], _key(item[1])),
        )
    ]


def _depth(
    key: tuple[str, str], inner: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
) -> int:
    return 1 + max((_depth(x, inner) for x in inner[key]), default=0)


def _key(type_: PgType) -> tuple[str, str]:
    return type_.schema, type_.name


def _within(type_: PgType) -> Iterator[Shared]:
    match type_:
        case EnumType():
            yield type_
        case CompositeType(fields=fields):
            yield type_
            for field in fields:
                yield from _within(field.type)
        case DomainType(base=base):
            if type_.literals:
                yield type_
            yield from _within(base)
        case ArrayType(element=inner) | RangeType(subtype=inner):
            yield from _within(inner)
        case ScalarType():
            pass


def has_literals(type_: PgType) -> bool:
    """Whether the type itself is limited to some values, so that a column need not be."""
    if isinstance(type_, ArrayType):
        return has_literals(type_.element)
    return isinstance(type_, DomainType) and bool(type_.literals)
