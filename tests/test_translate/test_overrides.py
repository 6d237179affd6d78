"""What a Python type written as text means."""

import pytest

from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.python import (
    NONE,
    Apply,
    Conversion,
    Each,
    Generic,
    Keep,
    Named,
    OrNone,
    PyType,
    UnionOf,
)
from sqlgen.translate.types import overrides
from sqlgen.translate.types.python_types import DATETIME, DECIMAL, INT, STR

ALIASES = {"Money": "app.types.Money", "Tags": "list[Tag]", "Tag": "app.Tag", "A": "A"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("int", "int"),
        (" str | None ", "str | None"),
        ("None | str | None", "str | None"),
        ("app.types.Money", "Money"),
        ("Money", "Money"),
        ("Tags", "list[Tag]"),
        ("list[str | None]", "list[str | None]"),
        ("dict[str, list[app.Tag]]", "dict[str, list[Tag]]"),
        ("tuple[int, ...]", "tuple[int, ...]"),
        ("datetime.date", "datetime.date"),
        ("Literal['a', 'b']", "Literal['a', 'b']"),
        ("typing.Any", "Any"),
    ],
)
def test_types(written: str, shown: str) -> None:
    assert overrides.text(overrides.parsed(written, ALIASES, None)) == shown


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "`` is not a Python type"),
        ("list[", "`list[` is not a Python type"),
        ("T!", "`T!` is not a Python type"),
        ("Muney", "unknown type `Muney`"),
        ("f()", "`f()` is not a Python type"),
        ("a().b", "`a().b` is not a Python type"),
        ("int if x else str", "`int if x else str` is not a Python type"),
        ("A", "alias `A` stands for itself"),
        ("Literal[1]", "`1` is not a string"),
        ("list[int][str]", "`list[int]` takes no arguments"),
    ],
)
def test_what_is_no_type(written: str, message: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        overrides.parsed(written, ALIASES, None)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("bad-type", message)


MONEY = Named("Money", "app.types")
TEXTS = Generic(Named("list"), (UnionOf((STR, NONE)),))
TAG = Named("Tag", "app")


@pytest.mark.parametrize(
    ("chosen", "given", "expected"),
    [
        ("Money", DECIMAL, Apply(MONEY)),
        ("Money | None", DECIMAL, OrNone(Apply(MONEY))),
        ("float", DECIMAL, Apply(Named("float"))),
        ("Any", DECIMAL, Keep()),
        ("object", DECIMAL, Keep()),
        ("int | str", INT, Keep()),
        ("dict[str, int]", STR, Keep()),
        ("list[app.Tag]", STR, Each(Apply(TAG))),
        ("list[app.Tag | None]", TEXTS, Each(OrNone(Apply(TAG)))),
        ("list[str]", TEXTS, Keep()),
        ("list[str | None]", TEXTS, Keep()),
        ("datetime.datetime", DATETIME, Keep()),
        ("app.Box[int]", INT, Apply(Named("Box", "app"))),
    ],
)
def test_what_is_called(chosen: str, given: PyType, expected: Conversion) -> None:
    type_ = overrides.parsed(chosen, ALIASES, None)
    assert overrides.conversion(type_, given) == expected
