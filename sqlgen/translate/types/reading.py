"""PgType -> its Python type, and what makes a value of it of what psycopg gives.

Nothing is registered on the connection: psycopg's own types come converted, everything whose oid it
does not know comes as PostgreSQL's text.
"""

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
from ...model.python import (
    NONE,
    Apply,
    Conversion,
    Each,
    Generic,
    Named,
    OrNone,
    Parse,
    PyType,
    Then,
)
from . import overrides
from .mapping import (
    HSTORE,
    KEEP,
    VECTOR,
    TypeMapping,
    known,
    nullable,
    range_of,
    support,
    system_scalar,
    without_overrides,
)
from .scalars import ANY, LISTS, RANGES, STR


@frozen
class Reading:
    """A value of `type` is made by `read` of the `raw` value that psycopg gives."""

    type: PyType
    raw: PyType
    read: Conversion


def reading(
    type_: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Reading:
    """How a column of the type is read."""
    chosen = types.override(type_)
    if chosen is not None:
        base = _reading(type_, without_overrides(types), element_nullable)
        return overridden(base, chosen, type_.display)
    return _reading(type_, types, element_nullable)


def overridden(base: Reading, chosen: PyType, where: str) -> Reading:
    """The value of another type than the usual one: the type is called with psycopg's value.

    So a NewType, a subclass, an enum or a class of one argument work alike. Nothing is called
    where there is nothing to call: the usual type itself, `Any`, a union, a container of builtins;
    psycopg's value then is what it is. `list[T]` calls `T` with each item. JSON is made into a class
    by its fields; errors say *where*.
    """
    if chosen in (base.type, base.raw):
        return Reading(chosen, base.raw, KEEP if chosen == base.raw else base.read)
    return Reading(chosen, ANY, overrides.conversion(chosen, base.type, where))


def _reading(type_: PgType, types: TypeMapping, element_nullable: bool) -> Reading:
    match type_:
        case ScalarType(name="hstore"):
            return Reading(HSTORE, ANY, Apply(support("parse_hstore")))
        case ScalarType(name="vector" | "halfvec"):
            return Reading(VECTOR, ANY, Apply(support("parse_vector")))
        case ScalarType(name="void"):
            return Reading(NONE, ANY, Apply(support("nothing")))
        case ScalarType():
            found = system_scalar(type_)
            return Reading(found.type, found.type, KEEP)
        case DomainType() if type_.literals:
            return Reading(types.model(type_), types.model(type_), KEEP)
        case DomainType(base=base):
            return reading(base, types, element_nullable=element_nullable)
        case ArrayType(element=element):
            return _array(element, types, element_nullable)
        case RangeType() if known(type_, RANGES):
            # psycopg makes the bounds, whatever is configured for their type.
            whole = range_of(
                type_, reading(type_.subtype, without_overrides(types)).type
            )
            return Reading(whole, whole, KEEP)
        case EnumType():
            model = types.model(type_)
            return Reading(model, STR, Parse(support("parse_enum"), Apply(model)))
        case CompositeType() | RangeType():
            parsed = parsing(type_, types)
            return Reading(parsed.type, STR, parsed.read)


def _array(element: PgType, types: TypeMapping, element_nullable: bool) -> Reading:
    listed = known(element, LISTS | RANGES)
    item = reading(element, types) if listed else parsing(element, types)
    of = nullable(item.type) if element_nullable else item.type
    type_ = Generic(Named("list"), (of,))
    if not listed:
        return Reading(type_, STR, Parse(support("parse_array"), item.read))
    if item.read == KEEP:
        return Reading(type_, type_, KEEP)
    read = OrNone(item.read) if element_nullable else item.read
    return Reading(type_, ANY, Each(read))


def parsing(type_: PgType, types: TypeMapping) -> Reading:
    """How a value is read from the text that stands in an array, composite or range."""
    chosen = types.override(type_)
    if chosen is None:
        return _parsing(type_, types)
    usual = without_overrides(types)
    whole = overridden(reading(type_, usual), chosen, type_.display)
    first = _parsing(type_, usual).read
    if first == KEEP or whole.read == KEEP:
        return Reading(chosen, STR, whole.read if first == KEEP else first)
    return Reading(chosen, STR, Then(first, whole.read))


def _parsing(type_: PgType, types: TypeMapping) -> Reading:
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec"):
            whole = reading(type_, types)
            return Reading(whole.type, STR, whole.read)
        case ScalarType():
            found = system_scalar(type_)
            return Reading(found.type, STR, found.parse)
        case EnumType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model))
        case CompositeType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model, "from_text"))
        case DomainType() if type_.literals:
            return Reading(types.model(type_), STR, KEEP)
        case DomainType(base=base):
            return parsing(base, types)
        case ArrayType(element=element):
            item = parsing(element, types)
            whole_list = Generic(Named("list"), (item.type,))
            return Reading(whole_list, STR, Parse(support("parse_array"), item.read))
        case RangeType(subtype=subtype):
            bound = parsing(subtype, types)
            parse = "parse_multirange" if type_.multirange else "parse_range"
            return Reading(
                range_of(type_, bound.type), STR, Parse(support(parse), bound.read)
            )
