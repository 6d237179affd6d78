"""What is known of a JSON value: the keys of its objects, the items of its arrays."""

from enum import StrEnum
from typing import TypeAlias

from .frozen import frozen


class JsonKind(StrEnum):
    """A JSON value that has no parts.

    `NUMBER` is what becomes of `numeric` and `float8`: their NaN and infinities are JSON strings.
    `FINITE` is the same without those, `INTEGER` a number without a point. `ANY` is any value
    whatever, null as well; `NOTHING` is the item of an array that is empty.
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
    """A value without parts, or one of which nothing is known."""

    kind: JsonKind


@frozen
class JsonLiterals:
    """One of these strings: an enum's labels, the values that a CHECK allows."""

    values: tuple[str, ...]


@frozen
class JsonItem:
    """A value in an array or object; `nullable` if it may be null instead."""

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
    """A key of an object; the key may be missing if it is not `required`."""

    key: str
    item: JsonItem
    required: bool = True


@frozen
class JsonObject:
    """An object with just these keys, none of them twice."""

    members: tuple[JsonMember, ...]


JsonShape: TypeAlias = JsonScalar | JsonLiterals | JsonArray | JsonMap | JsonObject

ANY = JsonScalar(JsonKind.ANY)
