"""The known shape of a JSON value: the keys of its objects, the items of its arrays."""

from enum import StrEnum
from typing import TypeAlias

from .frozen import frozen


class JsonKind(StrEnum):
    """The kind of a JSON value that is no array or object of a known shape.

    `NUMBER` is a `numeric` or `float8`, whose NaN and infinities are JSON strings; `FINITE` is one
    that cannot be those, and `INTEGER` has no fraction. `ANY` is any value, null included; `NOTHING`
    is the item of an array that is always empty.
    """

    STRING = "string"
    INTEGER = "integer"
    FINITE = "finite"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ANY = "any"
    NOTHING = "nothing"


@frozen
class JsonScalar:
    """A string, number or boolean, or a value whose shape is unknown."""

    kind: JsonKind


@frozen
class JsonLiterals:
    """One of these strings: the labels of an enum, or the values that a CHECK allows."""

    values: tuple[str, ...]


@frozen
class JsonItem:
    """A value in an array or object; if it is `nullable`, it may be null instead."""

    shape: "JsonShape"
    nullable: bool


@frozen
class JsonArray:
    """An array."""

    item: JsonItem


@frozen
class JsonMap:
    """An object whose keys are data."""

    item: JsonItem


@frozen
class JsonMember:
    """A key of an object with its value; it may be missing where it is not `required`."""

    key: str
    item: JsonItem
    required: bool = True


@frozen
class JsonObject:
    """An object with exactly these keys, which are distinct."""

    members: tuple[JsonMember, ...]


JsonShape: TypeAlias = JsonScalar | JsonLiterals | JsonArray | JsonMap | JsonObject

ANY = JsonScalar(JsonKind.ANY)
