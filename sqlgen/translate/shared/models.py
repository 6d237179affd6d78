"""What all modules share -> the module that has it: enums, aliases, composites, shared rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...model.catalog import CompositeType, DomainType, EnumType
from ...model.config import RowStyle
from ...model.python import Alias, Composite, Enum, Field, LiteralOf, Module, Record
from .. import names
from ..queries import TranslationContext
from ..types.aliases import PYDANTIC_JSON, SHARED_ALIASES
from ..types.mapping import TypeMapping
from ..types.python_types import JSON_VALUE, MODELS, nullable, or_none
from ..types.reading import parsing
from ..types.writing import nested_write
from .references import NamedType, TypeKey, TypeReferences, composites_in, type_key
from .requirements import SharedRequirements, requirements_of


def models_module(
    path: str,
    mentioned: TypeReferences,
    records: Sequence[Record],
    claims: Sequence[SharedRequirements],
    context: TranslationContext,
) -> Module:
    """The module with everything that the others share; there may be nothing in it."""
    shared, types = tuple(mentioned.types.values()), context.types
    found = Module(
        name=MODELS,
        path=path,
        doc="What the modules of this package share.",
        enums=tuple(enum(t, types) for t in shared if isinstance(t, EnumType)),
        aliases=(
            *(domain_alias(t, types) for t in shared if isinstance(t, DomainType)),
            *context.literals.aliases(),
        ),
        composites=tuple(
            composite(
                t,
                types,
                read=type_key(t) in mentioned.read,
                written=type_key(t) in mentioned.written,
            )
            for t in _inner_first(shared)
        ),
        records=tuple(records),
    )
    everybody = (*claims, requirements_of(found))
    used = {name for one in everybody for name in one.aliases}
    aliases = dict(SHARED_ALIASES)
    if any(RowStyle.PYDANTIC in one.styles for one in everybody):
        aliases[JSON_VALUE] = replace(aliases[JSON_VALUE], type=PYDANTIC_JSON)
    common = tuple(alias for name, alias in aliases.items() if name in used)
    return replace(found, aliases=(*common, *found.aliases))


def enum(type_: EnumType, types: TypeMapping) -> Enum:
    """The `StrEnum` of an enum type."""
    members = zip(names.member_names(type_.labels), type_.labels, strict=True)
    doc = type_.comment or f"The values of the database's type `{type_.display}`."
    return Enum(types.model(type_).name, doc, tuple(members))


def composite(
    type_: CompositeType, types: TypeMapping, *, read: bool, written: bool
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


def domain_alias(type_: DomainType, types: TypeMapping) -> Alias:
    """The alias of a domain that a CHECK limits to some values."""
    return Alias(types.model(type_).name, LiteralOf(type_.literals), type_.comment)


def _inner_first(shared: Sequence[NamedType]) -> list[CompositeType]:
    """The composites, each after those that it has fields of."""
    found = [type_ for type_ in shared if isinstance(type_, CompositeType)]
    inner = {type_key(t): composites_in([f.type for f in t.fields]) for t in found}
    return [
        type_
        for _, type_ in sorted(
            ((_depth(type_key(t), inner), t) for t in found),
            key=lambda item: (item[0], type_key(item[1])),
        )
    ]


def _depth(one: TypeKey, inner: Mapping[TypeKey, frozenset[TypeKey]]) -> int:
    return 1 + max((_depth(x, inner) for x in inner[one]), default=0)
