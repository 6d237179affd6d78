"""The Python types that generated code mentions, and those made of them."""

from ...model.catalog import RangeType
from ...model.python import (
    NONE,
    Conversion,
    Discard,
    Generic,
    Keep,
    Named,
    OrNone,
    OrUnset,
    PyType,
    UnionOf,
)

SUPPORT = "._support"
JSON_SUPPORT = "._json"
VARIANT_SUPPORT = "._variants"
SCHEMA_SUPPORT = "._schema"
MODELS = ".models"
ERRORS = ".errors"

BOOL = Named("bool")
BYTES = Named("bytes")
FLOAT = Named("float")
INT = Named("int")
STR = Named("str")
ANY = Named("Any", "typing")
DECIMAL = Named("Decimal", "decimal")
UUID = Named("UUID", "uuid")
DATE = Named("date", "datetime", qualified=True)
TIME = Named("time", "datetime", qualified=True)
DATETIME = Named("datetime", "datetime", qualified=True)
TIMEDELTA = Named("timedelta", "datetime", qualified=True)
LIST = Named("list")
DICT = Named("dict")
SEQUENCE = Named("Sequence", "collections.abc")
MAPPING = Named("Mapping", "collections.abc")
RANGE = Named("Range", "psycopg.types.range")
MULTIRANGE = Named("Multirange", "psycopg.types.multirange")
ANY_LIST = Generic(LIST, (ANY,))
RECORD = Generic(Named("tuple"), (ANY, Named("...")))

JSON_VALUE = Named("JsonValue", MODELS)
JSON_INPUT = Named("JsonInput", MODELS)
JSON_NUMBER = Named("JsonNumber", MODELS)
INET = Named("Inet", MODELS)
CIDR = Named("Cidr", MODELS)
UNSET = Named("Unset", VARIANT_SUPPORT)
PAGE = Named("Page", "._pages")
VALUE_UNSET = Named("UNSET", VARIANT_SUPPORT)
CHECK_SCHEMA = Named("check_schema", SCHEMA_SUPPORT)
SCHEMA_MISMATCH = Named("SchemaMismatch", SCHEMA_SUPPORT)
READ_CONNECTIONS = (
    Named("AsyncReadConnection", "._read_connections"),
    Named("ReadConnection", "._read_connections"),
)
"""The types of connections that only read, which the package offers."""

KEEP = Keep()


def support(name: str) -> Named:
    """Return the helper of that name in the generated package's `_support` module."""
    return Named(name, SUPPORT)


def range_of(type_: RangeType, subtype: PyType) -> PyType:
    """Return `Range[T]` or `Multirange[T]` for a range type whose bounds are *subtype*."""
    return Generic(MULTIRANGE if type_.multirange else RANGE, (subtype,))


def nullable(type_: PyType) -> PyType:
    """Return `T | None`, or the type itself where None is among its values."""
    members = type_.members if isinstance(type_, UnionOf) else (type_,)
    return type_ if NONE in members else UnionOf((*members, NONE))


def has_none(type_: PyType) -> bool:
    """Return whether None is among the values of a type."""
    members = type_.members if isinstance(type_, UnionOf) else (type_,)
    return not {NONE, JSON_VALUE, JSON_INPUT}.isdisjoint(members)


def or_unset(type_: PyType, conversion: Conversion) -> tuple[PyType, Conversion]:
    """Return `T | Unset`, and the conversion that lets UNSET through."""
    members = type_.members if isinstance(type_, UnionOf) else (type_,)
    is_kept = isinstance(conversion, Keep)
    return (
        UnionOf((*members, UNSET)),
        conversion if is_kept else OrUnset(conversion),
    )


def with_literals(type_: PyType, literals: PyType) -> PyType:
    """Return the type with *literals* in the place of `str`, also within a list or sequence."""
    match type_:
        case Generic(origin=origin, arguments=arguments):
            return Generic(
                origin, tuple(with_literals(item, literals) for item in arguments)
            )
        case UnionOf(members=members):
            return UnionOf(tuple(with_literals(member, literals) for member in members))
        case _:
            return literals if type_ == STR else type_


def or_none(conversion: Conversion) -> Conversion:
    """Return the conversion that also lets None through."""
    if isinstance(conversion, Keep | Discard | OrNone):
        return conversion
    return OrNone(conversion)
