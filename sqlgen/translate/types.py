"""PgType -> the Python type, how a value of it is read, and how it is sent.

Reading starts from what psycopg gives without any registration on the connection: its own types
come converted, everything whose oid it does not know comes as PostgreSQL's text. Sending makes a
value whose wire type is exactly the described one, or leaves the type to the server (`unknown`),
or asks for a cast after the placeholder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ..model.python import (
    NONE,
    Apply,
    Conversion,
    Each,
    Generic,
    Invoke,
    Keep,
    Named,
    OrNone,
    Parse,
    PyType,
    Then,
    UnionOf,
)
from . import overrides
from .scalars import ANY, FLOAT, LISTS, RANGES, STR, Scalar, scalar

SUPPORT = "._support"
MODELS = ".models"
_HSTORE = Generic(Named("dict"), (STR, UnionOf((STR, NONE))))
_VECTOR = Generic(Named("list"), (FLOAT,))
_RANGE = Named("Range", "psycopg.types.range")
_MULTIRANGE = Named("Multirange", "psycopg.types.multirange")
_SEQUENCE = Named("Sequence", "collections.abc")
_KEEP = Keep()


@dataclass(frozen=True, slots=True)
class Types:
    """What translating types depends on.

    `classes` are the names of enums, composites and domains with literals in the `models` module,
    by schema and name; `configured` the Python types of `[tool.sqlgen.types]`.
    """

    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    configured: Mapping[str, PyType] = field(default_factory=dict)

    def model(self, type_: PgType) -> Named:
        """The class of an enum or composite, or the alias of a domain's literals."""
        return Named(self.classes[type_.schema, type_.name], MODELS)

    def override(self, type_: PgType) -> PyType | None:
        """What the configuration says of a type, by any of its names."""
        for name in (type_.display, f"{type_.schema}.{type_.name}", type_.name):
            if name in self.configured:
                return self.configured[name]
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of `type` is made by `read` of the `raw` value that psycopg gives."""

    type: PyType
    raw: PyType
    read: Conversion


@dataclass(frozen=True, slots=True)
class Writing:
    """What an argument of `type` is made into; `cast` if the placeholder needs one too."""

    type: PyType
    write: Conversion
    cast: bool = False


def nullable(type_: PyType) -> PyType:
    """`T | None`, once."""
    members = type_.members if isinstance(type_, UnionOf) else (type_,)
    return type_ if NONE in members else UnionOf((*members, NONE))


def or_none(conversion: Conversion) -> Conversion:
    """The conversion for values that may be None."""
    if isinstance(conversion, Keep | OrNone):
        return conversion
    return OrNone(conversion)


def reading(type_: PgType, types: Types, *, element_nullable: bool = False) -> Reading:
    """How a column of the type is read."""
    chosen = types.override(type_)
    if chosen is not None:
        base = _reading(type_, Types(types.classes), element_nullable)
        return overridden(base, chosen)
    return _reading(type_, types, element_nullable)


def overridden(base: Reading, chosen: PyType) -> Reading:
    """The value of another type than the usual one: the type is called with psycopg's value.

    So a NewType, a subclass, an enum or a class of one argument work alike. Nothing is called
    where there is nothing to call: the usual type itself, `Any`, a union, a container of builtins;
    psycopg's value then is what it is. `list[T]` calls `T` with each item.
    """
    if chosen in (base.type, base.raw):
        return Reading(chosen, base.raw, _KEEP if chosen == base.raw else base.read)
    return Reading(chosen, ANY, overrides.conversion(chosen, base.type))


def _reading(type_: PgType, types: Types, element_nullable: bool) -> Reading:
    match type_:
        case ScalarType(name="hstore"):
            return Reading(_HSTORE, ANY, Apply(Named("parse_hstore", SUPPORT)))
        case ScalarType(name="vector" | "halfvec"):
            return Reading(_VECTOR, ANY, Apply(Named("parse_vector", SUPPORT)))
        case ScalarType():
            found = _scalar(type_)
            return Reading(found.type, found.type, _KEEP)
        case DomainType() if type_.literals:
            return Reading(types.model(type_), types.model(type_), _KEEP)
        case DomainType(base=base):
            return reading(base, types, element_nullable=element_nullable)
        case ArrayType(element=element):
            return _array(element, types, element_nullable)
        case RangeType() if _known(type_, RANGES):
            whole = _range(type_, reading(type_.subtype, types).type)
            return Reading(whole, whole, _KEEP)
        case EnumType() | CompositeType() | RangeType():
            parsed = parsing(type_, types)
            return Reading(parsed.type, STR, parsed.read)


def _array(element: PgType, types: Types, element_nullable: bool) -> Reading:
    listed = _known(element, LISTS | RANGES)
    item = reading(element, types) if listed else parsing(element, types)
    of = nullable(item.type) if element_nullable else item.type
    type_ = Generic(Named("list"), (of,))
    if not listed:
        return Reading(type_, STR, Parse(Named("parse_array", SUPPORT), item.read))
    if item.read == _KEEP:
        return Reading(type_, type_, _KEEP)
    read = OrNone(item.read) if element_nullable else item.read
    return Reading(type_, ANY, Each(read))


def parsing(type_: PgType, types: Types) -> Reading:
    """How a value is read from the text that stands in an array, composite or range."""
    chosen = types.override(type_)
    if chosen is None:
        return _parsing(type_, types)
    plain = Types(types.classes)
    whole = overridden(reading(type_, plain), chosen)
    first = _parsing(type_, plain).read
    if first == _KEEP or whole.read == _KEEP:
        return Reading(chosen, STR, whole.read if first == _KEEP else first)
    return Reading(chosen, STR, Then(first, whole.read))


def _parsing(type_: PgType, types: Types) -> Reading:
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec"):
            whole = reading(type_, types)
            return Reading(whole.type, STR, whole.read)
        case ScalarType():
            found = _scalar(type_)
            return Reading(found.type, STR, found.parse)
        case EnumType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model))
        case CompositeType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model, "from_text"))
        case DomainType() if type_.literals:
            return Reading(types.model(type_), STR, _KEEP)
        case DomainType(base=base):
            return parsing(base, types)
        case ArrayType(element=element):
            item = parsing(element, types)
            whole_list = Generic(Named("list"), (item.type,))
            return Reading(
                whole_list, STR, Parse(Named("parse_array", SUPPORT), item.read)
            )
        case RangeType(subtype=subtype):
            bound = parsing(subtype, types)
            parse = "parse_multirange" if type_.multirange else "parse_range"
            return Reading(
                _range(type_, bound.type), STR, Parse(Named(parse, SUPPORT), bound.read)
            )


def writing(type_: PgType, types: Types, *, element_nullable: bool = False) -> Writing:
    """How an argument of the type is sent, and whether its placeholder needs a cast."""
    chosen = types.override(type_)
    if chosen is not None:
        return overridden_writing(_writing(type_, types, element_nullable), chosen)
    return _writing(type_, types, element_nullable)


def overridden_writing(base: Writing, chosen: PyType) -> Writing:
    """An argument of another type than the usual one is passed as it is.

    Only JSON is still wrapped for psycopg, and a type that is the usual one after all is dealt
    with as such. Everything else gets its wire type from a cast.
    """
    json = base.write in (scalar("json").write, scalar("jsonb").write)
    if json or chosen == base.type:
        return Writing(chosen, base.write, base.cast)
    return Writing(chosen, overrides.passing(chosen), cast=True)


def _writing(type_: PgType, types: Types, element_nullable: bool) -> Writing:
    match type_:
        case ScalarType(name="hstore"):
            text = Apply(Named("hstore_text", SUPPORT))
            mapping = Named("Mapping", "collections.abc")
            return Writing(Generic(mapping, _HSTORE.arguments), text)
        case ScalarType(name="vector" | "halfvec"):
            text = Apply(Named("vector_text", SUPPORT))
            return Writing(Generic(_SEQUENCE, (FLOAT,)), text)
        case ScalarType():
            found = _scalar(type_)
            return Writing(found.type, found.write, found.cast)
        case EnumType():
            return Writing(types.model(type_), _KEEP)
        case CompositeType():
            return Writing(types.model(type_), Invoke("as_tuple"))
        case DomainType() if type_.literals:
            return Writing(types.model(type_), _KEEP)
        case DomainType(base=base):
            inner = writing(base, types, element_nullable=element_nullable)
            return Writing(inner.type, inner.write, inner.cast or not _unknown(base))
        case ArrayType(element=element):
            item = writing(element, types)
            if _is_array(element):  # a list in a list would be a second dimension
                item = Writing(item.type, Apply(Named("array_text", SUPPORT)))
            of = nullable(item.type) if element_nullable else item.type
            convert = item.write != _KEEP and element_nullable
            write = OrNone(item.write) if convert else item.write
            return Writing(Generic(_SEQUENCE, (of,)), Each(write), item.cast)
        case RangeType(subtype=subtype):
            name = "multirange_text" if type_.multirange else "range_text"
            whole = _range(type_, reading(subtype, types).type)
            return Writing(whole, Apply(Named(name, SUPPORT)))


def _unknown(type_: PgType) -> bool:
    """Whether values are sent as text of unknown type, so that the server infers the rest."""
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec"):
            return True
        case ScalarType():
            return _scalar(type_).text
        case ArrayType(element=inner) | DomainType(base=inner):
            return _unknown(inner)
        case EnumType() | CompositeType() | RangeType():
            return True


def nested_write(type_: PgType, types: Types) -> Conversion:
    """How a field of a composite is put into the tuple that psycopg sends as text.

    The types of the fields are the composite's, so only what psycopg has no text for is converted.
    """
    if types.override(type_) is not None:
        return _KEEP
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec" | "json" | "jsonb"):
            return _writing(type_, types, element_nullable=False).write
        case CompositeType():
            return Invoke("as_tuple")
        case DomainType(base=base):
            return nested_write(base, types)
        case ArrayType(element=element):
            item = nested_write(element, types)
            return _KEEP if item == _KEEP else Each(item)
        case ScalarType() | EnumType() | RangeType():
            return _KEEP


def _is_array(type_: PgType) -> bool:
    """Whether it is an array, or a domain over one: arrays have arrays of domains only."""
    if isinstance(type_, DomainType):
        return _is_array(type_.base)
    return isinstance(type_, ArrayType)


def _scalar(type_: ScalarType) -> Scalar:
    return scalar(type_.name if type_.schema == "pg_catalog" else "")


def _known(type_: PgType, names: frozenset[str]) -> bool:
    return type_.schema == "pg_catalog" and type_.name in names


def _range(type_: RangeType, subtype: PyType) -> PyType:
    return Generic(_MULTIRANGE if type_.multirange else _RANGE, (subtype,))
