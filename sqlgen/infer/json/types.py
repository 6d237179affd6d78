"""PgType -> what JSON makes of its values (`json_categorize_type` in jsonfuncs.c)."""

from ...model.catalog import (
    ArrayType,
    Catalog,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.json_shape import (
    ANY,
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonMember,
    JsonObject,
    JsonScalar,
    JsonShape,
)

STRING = JsonScalar(JsonKind.STRING)
NUMBER = JsonScalar(JsonKind.NUMBER)
TEXTS = frozenset({"text", "varchar"})


def base(type_: PgType | None) -> PgType | None:
    """The type under domains."""
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def is_json(type_: PgType | None) -> bool:
    """Whether values are JSON already."""
    return _system_name(base(type_)) in ("json", "jsonb")


def is_composite(type_: PgType | None) -> bool:
    """Whether values are rows, which become objects."""
    found = base(type_)
    return isinstance(found, CompositeType) or _system_name(found) == "record"


def element_type(type_: PgType | None) -> PgType | None:
    """The type of an array's elements; None for other types."""
    found = base(type_)
    return found.element if isinstance(found, ArrayType) else None


def of_type(type_: PgType | None, catalog: Catalog) -> JsonShape:
    """The shape of the type's values, as far as the type alone tells it.

    Whatever a composite's fields say, a value of it that is no row of a table may have NULLs.
    """
    match type_:
        case DomainType(base=inner):
            known = of_type(inner, catalog)
            is_text = known == STRING and _system_name(base(inner)) in TEXTS
            return JsonLiterals(type_.literals) if type_.literals and is_text else known
        case ScalarType() if type_.schema == "pg_catalog":
            return _SYSTEM.get(type_.name, ANY if _is_pseudo(type_.name) else STRING)
        case EnumType(labels=labels) if labels and not _has_cast(type_, catalog):
            return JsonLiterals(labels)
        case RangeType() if type_.schema == "pg_catalog":
            return STRING
        case ScalarType() | RangeType() if not _has_cast(type_, catalog):
            return STRING
        case ArrayType(element=element):
            return JsonArray(JsonItem(of_type(element, catalog), nullable=True))
        case CompositeType(fields=fields):
            found = [(each.name, of_type(each.type, catalog)) for each in fields]
            return JsonObject(
                tuple([JsonMember(n, JsonItem(shape, True)) for n, shape in found])
            )
        case _:
            return ANY


def _system_name(type_: PgType | None) -> str:
    if isinstance(type_, ScalarType) and type_.schema == "pg_catalog":
        return type_.name
    return ""


def _is_pseudo(name: str) -> bool:
    return name.startswith("any") or name in _PSEUDO


def _has_cast(type_: PgType, catalog: Catalog) -> bool:
    """Whether there may be a cast to `json`, which JSON's functions would use instead of text.

    Casts are not read. But whoever has one has a function from the type (or all of its kind) to
    `json`, as hstore does.
    """
    taken = {type_.display, "anyenum", "anyrange", "anymultirange", "anyelement"}
    return any(
        function.result == "json"
        and not function.system
        and not taken.isdisjoint(function.arguments[:1])
        for function in catalog.functions.values()
    )


_INTEGER = JsonScalar(JsonKind.INTEGER)
_SYSTEM: dict[str, JsonShape] = {
    "bool": JsonScalar(JsonKind.BOOLEAN),
    "int2": _INTEGER,
    "int4": _INTEGER,
    "int8": _INTEGER,
    "float4": NUMBER,
    "float8": NUMBER,
    "numeric": NUMBER,
    "json": ANY,
    "jsonb": ANY,
}
"""What is not a string. An `oid` is one."""

_PSEUDO = frozenset({"internal", "pg_node_tree", "record", "trigger", "void"})
