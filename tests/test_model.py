import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from sqlgen.model.diagnostic import Diagnostic, Label, SqlgenError
from sqlgen.model.frozen import frozen
from sqlgen.model.source import SourceFile, Span


@frozen
class Point:
    """A class with positional fields."""

    x: int
    y: int = 0
    secret: str = field(repr=False, default="")


@frozen(kw_only=True)
class Bag:
    """A class with keyword-only fields and defaults."""

    owner: Point
    items: dict[str, int] = field(default_factory=dict)


@frozen
class Nothing:
    """A class without fields."""


@frozen
class Other:
    """Another class with the fields of `Point`."""

    x: int
    y: int = 0
    secret: str = ""


def test_the_text_of_an_error_has_each_place() -> None:
    source = SourceFile("migrations/0001_a.sql", "CREATE\n  TABEL a;\n")
    error = SqlgenError(
        Diagnostic(code="x", message="wrong word", label=Label(Span(source, 9, 14))),
        Diagnostic(code="y", message="no server", label=None),
    )
    assert str(error) == "migrations/0001_a.sql:2:3: wrong word\nno server"


def test_frozen_equals_a_frozen_dataclass_with_slots() -> None:
    body = {
        "__doc__": "Fields.",
        "__qualname__": "Point",
        "__annotations__": {"x": int, "y": int, "secret": str},
        "y": 0,
    }
    body["secret"] = field(repr=False, default="")
    usual: Any = dataclass(frozen=True, slots=True)(type("Point", (), body))
    for arguments in ((1,), (1, 2), (1, 2, "s")):
        point, expected = Point(*arguments), usual(*arguments)
        assert repr(point) == repr(expected)
        assert [getattr(point, f.name) for f in fields(point)] == [
            getattr(expected, f.name) for f in fields(expected)
        ]
    assert Point.__match_args__ == usual.__match_args__
    assert Point.__slots__ == usual.__slots__  # type: ignore[attr-defined]
    assert [f.name for f in fields(Point)] == [f.name for f in fields(usual)]


def test_frozen_data_is_equal_by_class_and_fields() -> None:
    other: object = Other(1)
    nothing: object = Nothing()
    assert Point(1, 2) == Point(1, y=2) != Point(2, 1)
    assert Point(1) != other
    assert Nothing() == nothing != Point(1)
    assert len({Point(1), Point(1, 0), Point(2), Other(1), Nothing(), Nothing()}) == 4
    assert repr(Nothing()) == "Nothing()"


def test_frozen_data_cannot_be_changed() -> None:
    point: Any = Point(1)
    for name in ("x", "z"):
        with pytest.raises(FrozenInstanceError, match=f"field '{name}'"):
            setattr(point, name, 2)
        with pytest.raises(FrozenInstanceError, match=f"field '{name}'"):
            delattr(point, name)
    assert point == Point(1)


def test_frozen_data_does_not_share_defaults() -> None:
    first, second = Bag(owner=Point(1)), Bag(owner=Point(1), items={"a": 1})
    assert first.items == {}
    assert first.items is not Bag(owner=Point(1)).items
    assert replace(second, owner=Point(2)) == Bag(owner=Point(2), items={"a": 1})
    wrong: list[tuple[Any, tuple[object, ...], dict[str, object]]] = [
        (Bag, (Point(1),), {}),
        (Bag, (), {}),
        (Point, (), {}),
        (Point, (1,), {"z": 1}),
        (Nothing, (1,), {}),
    ]
    for cls, arguments, named in wrong:
        with pytest.raises(TypeError):
            cls(*arguments, **named)


def test_frozen_data_can_be_pickled_and_copied() -> None:
    for value in (Point(1, 2, "s"), Bag(owner=Point(1), items={"a": 1}), Nothing()):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(value, protocol)) == value
        assert copy.deepcopy(value) == copy.copy(value) == value
