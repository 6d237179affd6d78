"""TypeReferences, row classes -> the `models` module: enums, aliases, composites, shared rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...model.catalog import CompositeField, CompositeType, DomainType, EnumType
from ...model.config import Config
from ...model.python import (
    Alias,
    Composite,
    Conversion,
    Enum,
    Field,
    LiteralOf,
    Module,
    Record,
)
from ...model.typed import ColumnName
from .. import names
from ..docstrings import with_attributes
from ..json_keys import with_json_keys
from ..types.aliases import shared_aliases
from ..types.mapping import TypeMapping
from ..types.named import local_names
from ..types.python_types import MODELS, nullable, or_none
from ..types.reading import Reading
from ..types.writing import nested_write
from .context import TranslationContext, chosen_name
from .fields import column_readings, field_reading, has_null_elements
from .references import (
    NamedType,
    TypeKey,
    TypeReferences,
    column_of,
    composites_in,
    type_key,
)
from .requirements import SharedRequirements, requirements_of


def models_module(
    path: str,
    references: TypeReferences,
    composites: Sequence[Composite],
    records: Sequence[Record],
    requirements: Sequence[SharedRequirements],
    context: TranslationContext,
) -> Module:
    """Return the module with all that the others share; it may be empty."""
    types, mapping = tuple(references.types.values()), context.types
    domains = [type_ for type_ in types if isinstance(type_, DomainType)]
    module = Module(
        name=MODELS,
        path=path,
        doc="What the modules of this package share.",
        enums=tuple(enum(t, mapping) for t in types if isinstance(t, EnumType)),
        aliases=(
            *(domain_alias(domain, mapping) for domain in domains),
            *context.names.aliases(),
        ),
        composites=tuple([_with_json_keys(c, context.config) for c in composites]),
        records=tuple([with_json_keys(record, context.config) for record in records]),
    )
    common = _common_aliases([*requirements, requirements_of(module)], context.config)
    return replace(module, aliases=(*common, *module.aliases))


def _with_json_keys(composite: Composite, config: Config) -> Composite:
    """Return a composite with the keys of the row class that it is as well, if it is one."""
    row = composite.row and with_json_keys(composite.row, config)
    return replace(composite, row=row)


def composites(
    references: TypeReferences, context: TranslationContext
) -> tuple[Composite, ...]:
    """Return the dataclasses of composite types, each after those that it has fields of."""
    return tuple(
        composite(
            type_,
            context,
            read=type_key(type_) in references.read,
            written=type_key(type_) in references.written,
            selected=type_key(type_) in references.rows,
        )
        for type_ in _inner_first(tuple(references.types.values()))
    )


def enum(type_: EnumType, types: TypeMapping) -> Enum:
    """Return the `StrEnum` of an enum type."""
    members = zip(names.member_names(type_.labels), type_.labels, strict=True)
    doc = type_.comment or f"The values of the database's type `{type_.display}`."
    return Enum(types.model(type_).name, doc, tuple(members))


def composite(
    type_: CompositeType,
    context: TranslationContext,
    *,
    read: bool,
    written: bool,
    selected: bool = False,
) -> Composite:
    """Return the dataclass of a composite type, which is *read*, *written*, or both.

    *selected*: there are rows of it whose columns are selected.
    """
    texts = [field_reading(field, type_, context) for field in type_.fields]
    columns = column_readings(type_, context) if selected else ()
    readings = [*texts, *(columns or ())]
    writes = [
        nested_write(
            field.type,
            context.types,
            element_nullable=has_null_elements(field, type_, context),
        )
        for field in type_.fields
    ]
    mentioned = local_names(
        [python for how in readings for python in (how.type, how.raw)],
        [*(how.read for how in readings), *writes],
    )
    # An attribute of a composite type is configured as a table's column is.
    attributes = [
        column_of(field, type_) or ColumnName(type_.schema, type_.name, field.name)
        for field in type_.fields
    ]
    field_names = names.field_names(
        [
            chosen_name(field.name, attribute, context)
            for field, attribute in zip(type_.fields, attributes, strict=True)
        ],
        mentioned=mentioned,
    )
    named_fields = list(zip(field_names, type_.fields, writes, strict=True))
    return Composite(
        name=context.types.model(type_).name,
        doc=with_attributes(
            type_.comment or f"A value of the database's type `{type_.display}`.",
            zip(field_names, [field.comment for field in type_.fields], strict=True),
        ),
        fields=tuple(map(_field, texts, named_fields)),
        read=read or columns is None,
        written=written,
        columns=tuple(map(_field, columns or (), named_fields)),
    )


def _field(reading: Reading, named: tuple[str, CompositeField, Conversion]) -> Field:
    """Return a field of a composite type that is read in one of two ways."""
    name, field, write = named
    if field.not_null:
        return Field(
            name=name,
            type=reading.type,
            raw=reading.raw,
            read=reading.read,
            write=write,
        )
    return Field(
        name=name,
        type=nullable(reading.type),
        raw=nullable(reading.raw),
        read=or_none(reading.read),
        write=or_none(write),
    )


def domain_alias(type_: DomainType, types: TypeMapping) -> Alias:
    """Return the alias of a domain whose CHECK lists its values."""
    return Alias(types.model(type_).name, LiteralOf(type_.literals), type_.comment)


def _common_aliases(
    requirements: Sequence[SharedRequirements], config: Config
) -> list[Alias]:
    """Return the aliases such as `JsonValue` that some module requires."""
    used = {name for module in requirements for name in module.aliases}
    styles = {style for module in requirements for style in module.styles}
    validates = any(style.spec.validates for style in styles)
    aliases = shared_aliases(config, validates=validates)
    return [alias for name, alias in aliases.items() if name in used]


def _inner_first(types: Sequence[NamedType]) -> list[CompositeType]:
    """Return the composites, each after those that it has fields of."""
    composites = [type_ for type_ in types if isinstance(type_, CompositeType)]
    inner = {
        type_key(type_): composites_in([field.type for field in type_.fields])
        for type_ in composites
    }

    def order(type_: CompositeType) -> tuple[int, TypeKey]:
        return _depth(type_key(type_), inner), type_key(type_)

    return sorted(composites, key=order)


def _depth(key: TypeKey, inner: Mapping[TypeKey, frozenset[TypeKey]]) -> int:
    return 1 + max((_depth(field, inner) for field in inner[key]), default=0)
