"""What translating types depends on, and what reading and sending have in common."""

from collections.abc import Mapping
from dataclasses import field

from ...model.catalog import PgType, RangeType, ScalarType
from ...model.frozen import frozen
from ...model.python import (
    NONE,
    Conversion,
    Generic,
    Keep,
    Named,
    OrNone,
    PyType,
    UnionOf,
)
from .scalars import FLOAT, STR, Scalar, scalar

SUPPORT = "._support"
JSON_SUPPORT = "._json"
MODELS = ".models"
HSTORE = Generic(Named("dict"), (STR, UnionOf((STR, NONE))))
VECTOR = Generic(Named("list"), (FLOAT,))
KEEP = Keep()
_RANGE = Named("Range", "psycopg.types.range")
_MULTIRANGE = Named("Multirange", "psycopg.types.multirange")


@frozen
class TypeMapping:
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


def nullable(type_: PyType) -> PyType:
    """`T | None`, once."""
    members = type_.members if isinstance(type_, UnionOf) else (type_,)
    return type_ if NONE in members else UnionOf((*members, NONE))


def or_none(conversion: Conversion) -> Conversion:
    """The conversion for values that may be None."""
    if isinstance(conversion, Keep | OrNone):
        return conversion
    return OrNone(conversion)


def without_overrides(types: TypeMapping) -> TypeMapping:
    """The same without what is configured."""
    return TypeMapping(types.classes)


def support(name: str) -> Named:
    """A helper of the generated package."""
    return Named(name, SUPPORT)


def system_scalar(type_: ScalarType) -> Scalar:
    """How a base type is dealt with; those of extensions and users are text."""
    return scalar(type_.name if type_.schema == "pg_catalog" else "")


def known(type_: PgType, names: frozenset[str]) -> bool:
    """Whether it is one of PostgreSQL's own types of these *names*."""
    return type_.schema == "pg_catalog" and type_.name in names


def range_of(type_: RangeType, subtype: PyType) -> PyType:
    """`Range[T]` or `Multirange[T]`."""
    return Generic(_MULTIRANGE if type_.multirange else _RANGE, (subtype,))
