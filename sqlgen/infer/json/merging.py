"""JSON shapes -> the shape of a value that has one of them, or that loses its nulls."""

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


def any_shape(shapes: Iterable[JsonShape]) -> JsonShape:
    """The shape of a value that has any of the *shapes*."""
    nothing: JsonShape = NOTHING
    return reduce(_joined, shapes, nothing)


def any_item(items: Iterable[JsonItem]) -> JsonItem:
    """What any of the *items* may be; without items, nothing."""
    found = tuple(items)
    shape = any_shape([item.shape for item in found])
    return JsonItem(shape, any(item.nullable for item in found))


def without_nulls(shape: JsonShape) -> JsonShape:
    """What `json_strip_nulls` leaves: keys of null go at all depths, items of arrays stay."""
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
    """What `ABSENT ON NULL` makes of a member: SQL's NULL leaves out its key."""
    item = replace(member.item, nullable=False)
    return replace(member, item=item, required=not member.item.nullable)


def _stripped(member: JsonMember) -> JsonMember:
    may_be_null = member.item.nullable or member.item.shape == ANY
    item = JsonItem(without_nulls(member.item.shape), nullable=False)
    return JsonMember(member.key, item, member.required and not may_be_null)


def _joined(one: JsonShape, other: JsonShape) -> JsonShape:
    if one == other or other == NOTHING:
        return one
    if one == NOTHING:
        return other
    match one, other:
        case JsonArray(), JsonArray():
            return JsonArray(any_item((one.item, other.item)))
        case JsonMap(), JsonMap():
            return JsonMap(any_item((one.item, other.item)))
        case (JsonMap() as found, JsonObject(members=())) | (
            JsonObject(members=()),
            JsonMap() as found,
        ):
            return found
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
"""Each takes in those before it."""


def _merged(one: JsonObject, other: JsonObject) -> JsonObject:
    """An object of either kind: what only one of them has may be missing."""
    mine = {member.key: member for member in one.members}
    theirs = {member.key: member for member in other.members}
    found: list[JsonMember] = []
    for key, member in {**mine, **theirs}.items():
        both = [members[key] for members in (mine, theirs) if key in members]
        found.append(
            JsonMember(
                member.key,
                any_item([each.item for each in both]),
                len(both) == 2 and all(each.required for each in both),
            )
        )
    return JsonObject(tuple(found))
