"""JSON shapes -> the shape of a value that has any of them, or that loses its nulls."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from ...model.json_shape import (
    ANY,
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonMap,
    JsonMember,
    JsonObject,
    JsonScalar,
    JsonShape,
)

NOTHING = JsonScalar(JsonKind.NOTHING)
"""The shape of no value at all, such as an item of an empty array."""


def any_shape(shapes: Iterable[JsonShape]) -> JsonShape:
    """Return the shape of a value that has any of the *shapes*."""
    nothing: JsonShape = NOTHING
    return reduce(_either, shapes, nothing)


def any_item(items: Iterable[JsonItem]) -> JsonItem:
    """Return the item that is any of the *items*, of shape `NOTHING` without items."""
    alternatives = tuple(items)
    shape = any_shape([item.shape for item in alternatives])
    return JsonItem(shape, any(item.nullable for item in alternatives))


def without_nulls(shape: JsonShape) -> JsonShape:
    """Return the shape after `json_strip_nulls`: keys of null go at all depths, items of arrays stay."""
    match shape:
        case JsonObject(members=members):
            return JsonObject(tuple([_stripped(member) for member in members]))
        case JsonMap(item=item):
            return JsonMap(JsonItem(without_nulls(item.shape), nullable=False))
        case JsonArray(item=item):
            return JsonArray(replace(item, shape=without_nulls(item.shape)))
        case JsonScalar() | JsonLiterals():
            return shape


def absent(member: JsonMember) -> JsonMember:
    """Return a member under `ABSENT ON NULL`: SQL's NULL leaves out its key."""
    item = replace(member.item, nullable=False)
    return replace(member, item=item, required=not member.item.nullable)


def _stripped(member: JsonMember) -> JsonMember:
    may_be_null = member.item.nullable or member.item.shape == ANY
    item = JsonItem(without_nulls(member.item.shape), nullable=False)
    return JsonMember(member.key, item, member.required and not may_be_null)


def _either(one: JsonShape, other: JsonShape) -> JsonShape:
    if one == other or other == NOTHING:
        return one
    if one == NOTHING:
        return other
    match one, other:
        case JsonArray(), JsonArray():
            return JsonArray(any_item((one.item, other.item)))
        case JsonMap(), JsonMap():
            return JsonMap(any_item((one.item, other.item)))
        case (JsonMap() as known, JsonObject(members=())) | (
            JsonObject(members=()),
            JsonMap() as known,
        ):
            return known
        case JsonObject(), JsonObject():
            return _merged(one, other)
        case JsonLiterals(), JsonLiterals():
            return JsonLiterals(tuple(dict.fromkeys(one.values + other.values)))
        case (JsonLiterals(), JsonScalar(kind=kind)) | (
            JsonScalar(kind=kind),
            JsonLiterals(),
        ):
            return JsonScalar(kind) if kind is JsonKind.STRING else ANY
        case JsonScalar(), JsonScalar():
            kinds = {one.kind, other.kind}
            if kinds <= set(_NUMBERS):
                return JsonScalar(max(kinds, key=_NUMBERS.index))
            return ANY
        case _:
            return ANY


_NUMBERS = (JsonKind.INTEGER, JsonKind.FINITE, JsonKind.NUMBER)
"""The kinds of numbers, each of which includes those before it."""


def _merged(one: JsonObject, other: JsonObject) -> JsonObject:
    """Return the shape of an object of either shape: a key that only one has may be missing."""
    first = {member.key: member for member in one.members}
    second = {member.key: member for member in other.members}
    merged: list[JsonMember] = []
    for key, member in {**first, **second}.items():
        both = [members[key] for members in (first, second) if key in members]
        merged.append(
            JsonMember(
                member.key,
                any_item([member.item for member in both]),
                len(both) == 2 and all(member.required for member in both),
            )
        )
    return JsonObject(tuple(merged))
