"""JsonShape, JsonShape -> whether code that was generated for the first can read values of the second."""

from collections.abc import Iterator
from typing import Final

from ..model.json_shape import (
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonMap,
    JsonObject,
    JsonScalar,
    JsonShape,
)
from .findings import Consequence, Mismatch
from .type_changes import literal_gains

_ACCEPTS: Final = {
    JsonKind.NUMBER: {JsonKind.FINITE, JsonKind.INTEGER},
    JsonKind.FINITE: {JsonKind.INTEGER},
}
"""The kinds of numbers that code reads as it reads the first."""


def json_changes(
    before: JsonShape, after: JsonShape | None, item: str
) -> Iterator[Mismatch]:
    """Yield why code that expects JSON of the shape *before* cannot read that of *after*."""
    if before in (after, JsonScalar(JsonKind.ANY)):
        return
    match before, after:
        case _, JsonScalar(kind=JsonKind.NOTHING):
            return
        case JsonLiterals(), JsonLiterals():
            yield from literal_gains(before.values, after.values, item)
        case JsonLiterals(), JsonScalar(kind=JsonKind.STRING):
            yield from literal_gains(before.values, (), item)
        case JsonScalar(kind=JsonKind.STRING), JsonLiterals():
            return
        case JsonScalar(), JsonScalar() if after.kind in _ACCEPTS.get(before.kind, ()):
            return
        case JsonArray(), JsonArray():
            yield from _item(before.item, after.item, f"{item}[]")
        case JsonMap(), JsonMap():
            yield from _item(before.item, after.item, f"{item}{{}}")
        case JsonObject(), JsonObject():
            members = {member.key: member for member in after.members}
            for old in before.members:
                new = members.get(old.key)
                key = f"{item}.{old.key}"
                if new is None or (old.required and not new.required):
                    yield Mismatch(
                        Consequence.BREAKS, key, "may be missing in the JSON now"
                    )
                else:
                    yield from _item(old.item, new.item, key)
        case _:
            yield Mismatch(Consequence.BREAKS, item, "gives JSON of another shape")


def _item(before: JsonItem, after: JsonItem, item: str) -> Iterator[Mismatch]:
    if after.nullable and not before.nullable:
        yield Mismatch(Consequence.WIDENS, item, "may be null in the JSON now")
    yield from json_changes(before.shape, after.shape, item)
