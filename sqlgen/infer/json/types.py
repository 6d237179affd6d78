"""PgType -> the shape of its values in JSON (`json_categorize_type` in jsonfuncs.c)."""

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
from ..tree.types import base_type

STRING = JsonScalar(JsonKind.STRING)
NUMBER = JsonScalar(JsonKind.NUMBER)
TEXTS = frozenset({"text", "varchar"})


def is_json(type_: PgType | None) -> bool:
    """Return whether values of the type are JSON already."""
    return _system_name(base_type(type_)) in ("json", "jsonb")


def is_composite(type_: PgType | None) -> bool:
    """Return whether values of the type are rows, which become objects."""
    base = base_type(type_)
    return isinstance(base, CompositeType) or _system_name(base) == "record"


def element_type(type_: PgType | None) -> PgType | None:
    """Return the type of an array's elements, None for other types."""
    base = base_type(type_)
    return base.element if isinstance(base, ArrayType) else None


def shape_of_type(type_: PgType | None, catalog: Catalog) -> JsonShape:
    """Return the shape of the type's values, as far as the type alone tells it.

    Whatever a composite's fields say, a value of it that is no row of a table may have NULLs.
    """
    match type_:
        case DomainType(base=inner):
            known = shape_of_type(inner, catalog)
            is_text = known == STRING and _system_name(base_type(inner)) in TEXTS
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
            return JsonArray(JsonItem(shape_of_type(element, catalog), nullable=True))
        case CompositeType(fields=fields):
            return JsonObject(
                tuple(
                    [
                        JsonMember(
                            field.name,
                            JsonItem(shape_of_type(field.type, catalog), True),
                        )
                        for field in fields
                    ]
                )
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
    """Return whether there may be a cast to `json`, which JSON's functions use instead of text.

    Casts are not read. But a cast comes with a function from the type (or all of its kind) to
    `json`, as that of hstore does.
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
"""The system's types whose values are not strings; those of an `oid` are."""

_PSEUDO = frozenset({"internal", "pg_node_tree", "record", "trigger", "void"})
