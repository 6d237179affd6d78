"""JSON value, claimed shape -> how the value contradicts the shape."""

import json
from typing import Any, assert_never

from sqlgen.model.json_shape import (
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonMap,
    JsonObject,
    JsonScalar,
    JsonShape,
)

_SPECIAL = ("NaN", "Infinity", "-Infinity")


def unlike(shape: JsonShape, text: bytes) -> str | None:
    """Return how the JSON *text* contradicts the shape, or None."""
    # A `"char"` is one byte, which may be a part of a character.
    return _unlike(
        JsonItem(shape, nullable=False), json.loads(text.decode(errors="replace")), "$"
    )


def _unlike(item: JsonItem, value: Any, path: str) -> str | None:
    if value is None and item.nullable:
        return None
    match item.shape:
        case JsonScalar(kind=kind):
            return None if _is(kind, value) else f"{path} is {value!r}, no {kind}"
        case JsonLiterals(values=values):
            return None if value in values else f"{path} is {value!r}, not of {values}"
        case JsonArray(item=inner):
            if not isinstance(value, list):
                return f"{path} is {value!r}, no array"
            differences = [
                _unlike(inner, x, f"{path}[{n}]") for n, x in enumerate(value)
            ]
        case JsonMap(item=inner):
            if not isinstance(value, dict):
                return f"{path} is {value!r}, no object"
            differences = [
                _unlike(inner, x, f"{path}.{key}") for key, x in value.items()
            ]
        case JsonObject(members=members):
            if not isinstance(value, dict):
                return f"{path} is {value!r}, no object"
            known = {member.key: member for member in members}
            if unknown := set(value) - set(known):
                return f"{path} has {unknown} too"
            if missing := {k for k, m in known.items() if m.required} - set(value):
                return f"{path} lacks {missing}"
            differences = [
                _unlike(known[k].item, x, f"{path}.{k}") for k, x in value.items()
            ]
        case shape:
            assert_never(shape)
    return next((each for each in differences if each), None)


def _is(kind: JsonKind, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case JsonKind.ANY:
            return True
        case JsonKind.NOTHING:
            return False
        case JsonKind.STRING:
            return isinstance(value, str)
        case JsonKind.BOOLEAN:
            return isinstance(value, bool)
        case JsonKind.INTEGER:
            return number and isinstance(value, int)
        case JsonKind.FINITE:
            return number
        case JsonKind.NUMBER:
            return number or value in _SPECIAL
