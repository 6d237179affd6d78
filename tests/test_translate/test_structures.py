"""JSON shapes as `TypedDict`s: types, names, and the forms that keys allow."""

import pytest

from sqlgen.model.json_shape import (
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
from sqlgen.model.python import Structure
from sqlgen.model.row_styles import RowStyle
from sqlgen.translate.types.overrides import text
from sqlgen.translate.types.structures import Owner, structured_type, structures_in

STRING, INTEGER = JsonScalar(JsonKind.STRING), JsonScalar(JsonKind.INTEGER)


def item(shape: JsonShape, *, nullable: bool = False) -> JsonItem:
    return JsonItem(shape, nullable)


def thing(**members: JsonShape) -> JsonObject:
    return JsonObject(tuple(JsonMember(k, item(v)) for k, v in members.items()))


def check(
    shape: JsonShape, style: RowStyle = RowStyle.DATACLASS
) -> tuple[str, dict[str, Structure]]:
    """The type of a column `c` of `Row`, and its `TypedDict`s by name."""
    type_ = structured_type(shape, "c", Owner("Row", "`row`", ".q", style))
    return text(type_), {each.name: each for each in structures_in(type_)}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (STRING, "str"),
        (JsonScalar(JsonKind.FINITE), "int | float"),
        (JsonScalar(JsonKind.NUMBER), "JsonNumber"),
        (JsonScalar(JsonKind.BOOLEAN), "bool"),
        (ANY, "JsonValue"),
        (JsonLiterals(("a", "b")), "Literal['a', 'b']"),
        (JsonArray(item(JsonScalar(JsonKind.NOTHING))), "list[JsonValue]"),
        (JsonArray(item(STRING, nullable=True)), "list[str | None]"),
        (JsonArray(item(ANY, nullable=True)), "list[JsonValue]"),
        (JsonMap(item(INTEGER)), "dict[str, int]"),
        (JsonObject(()), "dict[str, JsonValue]"),
        (JsonArray(item(JsonArray(item(thing(a=STRING))))), "list[list[RowC]]"),
    ],
)
def test_types(shape: JsonShape, expected: str) -> None:
    assert check(shape)[0] == expected


def test_names_follow_the_path_and_are_numbered_where_they_meet() -> None:
    shape = thing(a_b=thing(x=STRING), a=thing(b=thing(y=STRING)), ab=thing(z=STRING))
    _, found = check(shape)
    assert list(found) == ["RowCAB", "RowCAB2", "RowCA", "RowCAb", "RowC"]
    assert found["RowCAB2"].doc == "An object in `c.a.b` of `row`."


@pytest.mark.parametrize(
    "key", ["odd key", "class", "1st", "__private", "str", "Literal", "ä", "", "RowCIn"]
)
def test_a_key_that_is_no_name_makes_a_call(key: str) -> None:
    members: dict[str, JsonShape] = {key: STRING, "in_": thing(a=STRING)}
    _, found = check(thing(**members))
    assert found["RowC"].functional
    assert not next(iter(found.values())).functional


@pytest.mark.parametrize("key", ["id", "keys", "items", "sum", "match", "_x", "type"])
def test_other_keys_stand_in_a_class(key: str) -> None:
    assert not check(thing(**{key: STRING}))[1]["RowC"].functional
