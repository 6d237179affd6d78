"""How a database's names become Python's."""

import pytest

from sqlgen.model.row_styles import RowStyle
from sqlgen.translate import names


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (["id", "type", "date"], ("id", "type", "date")),
        (["class", "from", "None"], ("class_", "from_", "None_")),
        (["self", "list", "int", "datetime"], ("self_", "list_", "int_", "datetime_")),
        (["2fa enabled", "a-b", ""], ("column_2fa_enabled", "a_b", "column")),
        (["?column?", "_x", "__"], ("column", "x", "column_2")),
        (["a b", "a_b", "a_b_2"], ("a_b", "a_b_3", "a_b_2")),
        (["été", "ﬁ", "名前"], ("été", "fi", "名前")),
        (["createdAt", "x_"], ("createdAt", "x_")),
        (["from_row", "as_tuple"], ("from_row_", "as_tuple_")),
    ],
)
def test_fields(columns: list[str], fields: tuple[str, ...]) -> None:
    assert names.field_names(columns) == fields


def test_some_styles_have_methods() -> None:
    columns = ["count", "json", "model_x"]
    assert names.field_names(columns) == ("count", "json", "model_x")
    tuples = names.field_names(columns, RowStyle.NAMEDTUPLE)
    assert tuples == ("count_", "json", "model_x")
    models = names.field_names(columns, RowStyle.PYDANTIC)
    assert models == ("count", "json_", "model_x_")


@pytest.mark.parametrize(
    ("labels", "members"),
    [
        (["mild", "life-threatening"], ("MILD", "LIFE_THREATENING")),
        (["", "class", "2x", "None"], ("EMPTY", "CLASS", "VALUE_2X", "NONE")),
        (["a", "A", "a "], ("A", "A_2", "A_3")),
        (["+", "-", "ß"], ("VALUE", "VALUE_2", "SS")),
    ],
)
def test_enum_members(labels: list[str], members: tuple[str, ...]) -> None:
    assert names.member_names(labels) == members


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("appointment_status", "AppointmentStatus"),
        ("allergies_severity", "AllergiesSeverity"),
        ("any", "Any_"),
        ("uuid", "Uuid"),
        ("2 x", "Type_2X"),
        ("HTTPStatus", "HTTPStatus"),
    ],
)
def test_classes(name: str, expected: str) -> None:
    assert names.class_name(name) == expected


def test_functions_arguments_and_constants() -> None:
    assert names.function_name("list") == "list_"
    assert names.function_name("datetime") == "datetime_"
    assert names.function_name("optional") == "optional"
    assert names.function_name("from_json") == "from_json"
    assert names.constant_name("get_patient") == "GET_PATIENT"
    assert names.constant_name("X") == "X_"
    assert names.row_name("UUID") == "UUID_"
    found = names.argument_names(["conn", "list", "cursor", "GET"], taken=["GET"])
    assert found == ("conn_", "list_", "cursor", "GET_")
