"""The aliases for Python types that take more than a name, defined in `models` if used."""

from dataclasses import replace

from ...model.config import Config, JsonNumbers
from ...model.python import NONE, Alias, Generic, LiteralOf, Named, PyType, UnionOf
from .python_types import (
    ANY,
    BOOL,
    CIDR,
    DECIMAL,
    DICT,
    FLOAT,
    INET,
    INT,
    JSON_INPUT,
    JSON_NUMBER,
    JSON_VALUE,
    LIST,
    MAPPING,
    SEQUENCE,
    STR,
)


def _addresses(*kinds: str) -> UnionOf:
    """Return the union of the classes of `ipaddress` of these kinds."""
    classes = [f"IPv{version}{kind}" for kind in kinds for version in (4, 6)]
    return UnionOf(tuple(Named(name, "ipaddress") for name in classes))


_JSON_SCALARS: tuple[PyType, ...] = (STR, INT, FLOAT, BOOL, NONE)

SHARED_ALIASES = {
    JSON_VALUE: Alias(
        JSON_VALUE.name,
        UnionOf(
            (
                Generic(DICT, (STR, JSON_VALUE)),
                Generic(LIST, (JSON_VALUE,)),
                *_JSON_SCALARS,
            )
        ),
        "What a `json` or `jsonb` value is in Python.",
    ),
    # A `dict[str, int]` is not a `dict[str, JsonValue]`, but it is a `Mapping[str, JsonInput]`.
    JSON_INPUT: Alias(
        JSON_INPUT.name,
        UnionOf(
            (
                Generic(MAPPING, (STR, JSON_INPUT)),
                Generic(SEQUENCE, (JSON_INPUT,)),
                *_JSON_SCALARS,
            )
        ),
        "What a `json` or `jsonb` value may be made of: dicts, lists and tuples.",
    ),
    JSON_NUMBER: Alias(
        JSON_NUMBER.name,
        UnionOf((INT, FLOAT, LiteralOf(("NaN", "Infinity", "-Infinity")))),
        "What a `numeric` or `float8` is within JSON, where special values are strings.",
    ),
    INET: Alias(
        INET.name,
        _addresses("Address", "Interface"),
        "What an `inet` value is in Python.",
    ),
    CIDR: Alias(CIDR.name, _addresses("Network"), "What a `cidr` value is in Python."),
}
"""Each alias by the name that annotations mention, in the order of the module."""

_WITH_FRACTIONS = (JSON_VALUE, JSON_NUMBER)


def shared_aliases(config: Config, *, validates: bool) -> dict[Named, Alias]:
    """Return the aliases of a package. *validates*: some of its rows are pydantic's."""
    aliases = dict(SHARED_ALIASES)
    fraction = fraction_of(config)
    for name in _WITH_FRACTIONS:
        type_ = aliases[name].type
        assert isinstance(type_, UnionOf)
        members = [fraction if member == FLOAT else member for member in type_.members]
        aliases[name] = replace(aliases[name], type=UnionOf(tuple(members)))
    if validates:  # pydantic's own alias, which it checks, has no Decimal
        json = PYDANTIC_JSON if fraction == FLOAT else ANY
        aliases[JSON_VALUE] = replace(aliases[JSON_VALUE], type=json)
    return aliases


def fraction_of(config: Config) -> Named:
    """Return the type that numbers with a fraction have in JSON."""
    return DECIMAL if config.json_numbers is JsonNumbers.DECIMAL else FLOAT


PYDANTIC_JSON = Named("JsonValue", "pydantic")
"""The target of `JsonValue` for pydantic, which cannot resolve an alias that names itself."""
