"""JsonShape <-> plain data: a word, a list of words, or an object with one telling key."""

from typing import Any

from ..model.json_shape import (
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


def written(shape: JsonShape) -> Any:
    """Return a shape as plain data."""
    match shape:
        case JsonScalar(kind):
            return kind.value
        case JsonLiterals(values):
            return list(values)
        case JsonArray(item):
            return {"array": _item(item)}
        case JsonMap(item):
            return {"map": _item(item)}
        case JsonObject(members):
            return {"object": [[m.key, _item(m.item), m.required] for m in members]}


def read(data: Any) -> JsonShape:
    """Return the shape that was written as *data*."""
    if isinstance(data, str):
        return JsonScalar(JsonKind(data))
    if isinstance(data, list):
        return JsonLiterals(tuple(data))
    if "array" in data:
        return JsonArray(_read_item(data["array"]))
    if "map" in data:
        return JsonMap(_read_item(data["map"]))
    return JsonObject(
        tuple(
            JsonMember(key, _read_item(item), required)
            for key, item, required in data["object"]
        )
    )


def _item(item: JsonItem) -> list[Any]:
    return [written(item.shape), item.nullable]


def _read_item(data: list[Any]) -> JsonItem:
    return JsonItem(read(data[0]), data[1])
