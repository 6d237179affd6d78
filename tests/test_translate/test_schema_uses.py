"""Test that the generated check puts together what each module uses of the schema, in whatever order it comes."""

import json
from itertools import permutations

import pytest

from sqlgen.render.runtime import _schema_uses, schema

COLUMNS = (
    ["z", "", "t", ["first"], [["a", "", False, True], ["b", "date", True, True]]],
    [
        "y",
        "",
        "t",
        ["other", "second"],
        [["A", "", False, False, 0], ["a", "text", False, True, 1]],
    ],
    ["x", "", "t", ["third"], [["a", "", True, False]]],
    ["x", "s", "t", ["third"], [["a", "", False, True]]],
)
VALUES = (
    ["z", "", "", "", "switch", True, ["on", "off"], ["first"], []],
    ["y", "", "", "", "switch", True, ["on", "off"], ["second"], ["third", "fourth"]],
    ["y", "", "t", "a", "", False, ["1"], ["second"], []],
    ["x", "", "", "", "other", True, ["on"], ["third"], []],
)


def lines(lists: tuple[object, ...]) -> str:
    return "\n".join(map(json.dumps, lists))


@pytest.mark.parametrize("uses", list(permutations(COLUMNS)))
def test_a_column_has_the_queries_of_all_modules(
    uses: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_schema_uses, "COLUMNS", lines(uses))
    columns, _, _ = schema._uses()
    assert [(*row[:6], *sorted(row[6])) for row in columns] == [
        ("", "t", "A", "", False, False, "y.other"),
        ("", "t", "a", "text", True, False, "x.third", "y.second", "z.first"),
        ("", "t", "b", "date", True, True, "z.first"),
        ("s", "t", "a", "", False, True, "x.third"),
    ]


@pytest.mark.parametrize("uses", list(permutations(VALUES)))
def test_values_have_the_readers_and_writers_of_all_modules(
    uses: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_schema_uses, "VALUES", lines(uses))
    _, values, _ = schema._uses()
    assert [(*row[:6], sorted(row[6]), sorted(row[7])) for row in values] == [
        ("", "t", "a", "", False, ["1"], ["y.second"], []),
        ("", "", "", "other", True, ["on"], ["x.third"], []),
        (
            *("", "", "", "switch", True, ["on", "off"]),
            *(["y.second", "z.first"], ["y.fourth", "y.third"]),
        ),
    ]
