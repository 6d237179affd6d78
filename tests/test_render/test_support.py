"""The helpers that generated packages carry, on PostgreSQL's own texts and any others."""

import copy
import pickle
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple, Self

import attrs
import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import NoDataFound, NumericValueOutOfRange, TooManyRows
from psycopg.rows import TupleRow
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from pydantic import BaseModel, ValidationError

from sqlgen import render
from sqlgen.model.python import Field, Module, Record
from sqlgen.model.python import Named as PyNamed
from sqlgen.model.row_styles import RowStyle
from sqlgen.render.runtime import support

# What a text in the database can be: no NUL, no surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | (
    st.lists(st.sampled_from('"\\,(){}[] \n\tNULLé='), max_size=8).map("".join)
)
SERVER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

# What row factories look at: the adapters, and settings that this server has not reported.
CURSOR: Any = SimpleNamespace(
    adapters=psycopg.adapters,
    connection=SimpleNamespace(pgconn=SimpleNamespace(parameter_status=lambda _: None)),
)


class Mood(StrEnum):
    SAD = "sad"
    MRO = "mro"


def test_single_rows() -> None:
    assert support.one([None]) is None
    assert support.one([(1,)]) == (1,)
    assert support.optional([]) is None
    assert support.optional([0]) == 0
    with pytest.raises(NoDataFound, match="no rows"):
        support.one([])
    for call in (support.one, support.optional):
        with pytest.raises(TooManyRows, match="returned 2 rows"):
            call([1, 2])


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("{}", []),
        ("{1,NULL,3}", [1, None, 3]),
        ("{{1,2},{3,NULL}}", [[1, 2], [3, None]]),
        ("[0:1]={1,2}", [1, 2]),
        ("[1:1][-2:-1]={{1,2}}", [[1, 2]]),
    ],
)
def test_arrays(text: str, items: list[Any]) -> None:
    assert support.parse_array(text, int) == items


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("(a,,b)", ["a", None, "b"]),
        ('("",)', ["", None]),
        ('("a ""b""","c\\\\d")', ['a "b"', "c\\d"]),
        ('("(x,y)",1)', ["(x,y)", "1"]),
        ('("\\\\","a""","""")', ["\\", 'a"', '"']),
        ("()", [None]),
        ("()", []),
    ],
)
def test_composites(text: str, fields: list[Any]) -> None:
    assert support.parse_composite(text, len(fields)) == fields


@pytest.mark.parametrize("text", ["()", "(a)", "(a,b,c)", '("a,b")', '("","","")'])
def test_composites_of_another_size_are_refused(text: str) -> None:
    with pytest.raises(psycopg.errors.DataError, match="instead of 2"):
        support.parse_composite(text, 2)


def test_long_composites_of_another_size_are_refused_at_once() -> None:
    with pytest.raises(psycopg.errors.DataError, match="1 fields instead of 2"):
        support.parse_composite('("' + 'x""' * 100_000 + '")', 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("empty", Range(empty=True)),
        ("[1,5)", Range(1, 5)),
        ("(,5]", Range(None, 5, "(]")),
        ("(,)", Range(None, None, "()")),
        ('["1","2"]', Range(1, 2, "[]")),
    ],
)
def test_ranges(text: str, expected: Range[int]) -> None:
    assert support.parse_range(text, int) == expected


def test_bounds_are_values_of_their_type() -> None:
    found = support.parse_range('["2024-01-01",)', support.loads("date"))
    assert found == Range(date(2024, 1, 1), None)
    many = support.parse_multirange("{[1,2),[3.5,4)}", Decimal)
    assert many == Multirange(
        [Range(Decimal(1), Decimal(2)), Range(Decimal("3.5"), Decimal(4))]
    )
    assert support.parse_multirange("{}", Decimal) == Multirange()


def test_vectors_may_be_parsed_already() -> None:
    assert support.parse_vector("[1,2.5]") == [1.0, 2.5]
    assert support.parse_vector([1, 2]) == [1.0, 2.0]
    assert support.vector_text([1, 2.5]) == "[1,2.5]"
    assert support.parse_hstore({"a": None}) == {"a": None}


@given(texts=st.lists(TEXTS | st.none()))
@SERVER
def test_any_array_comes_back(
    newest_connection: psycopg.Connection[TupleRow], texts: list[str | None]
) -> None:
    (found,) = newest_connection.execute("SELECT %s::text[]::text", [texts]).fetchone()  # type: ignore[misc]
    assert support.parse_array(found, str) == texts
    (again,) = newest_connection.execute(
        "SELECT %s::text[]", [support.array_text(["", *(x or "" for x in texts)])]
    ).fetchone()  # type: ignore[misc]
    assert again == ["", *(x or "" for x in texts)]


@given(texts=st.lists(TEXTS | st.none()))
@SERVER
def test_any_array_is_sent(
    newest_connection: psycopg.Connection[TupleRow], texts: list[str | None]
) -> None:
    sent = support.array_of(tuple(texts))
    (found,) = newest_connection.execute("SELECT %s::text[]", [sent]).fetchone()  # type: ignore[misc]
    assert found == texts


@pytest.mark.parametrize(
    ("items", "text", "expected"),
    [
        ([], str, "{}"),
        ((1, True, None), support.int2_text, "{1,1,NULL}"),
        ([[1, 2], [3, None]], support.int4_text, "{{1,2},{3,NULL}}"),
        ([2**62], support.int8_text, "{4611686018427387904}"),
        ([1.5, True, float("inf")], support.float8_text, "{1.5,1.0,inf}"),
        ([2**32 - 1], support.oid_text, "{4294967295}"),
        ([0.1, 3, float("-inf")], str, "{0.1,3,-inf}"),
        ([Decimal("1E-7"), Decimal("NaN")], str, "{1E-7,NaN}"),
    ],
)
def test_arrays_are_sent(
    items: list[Any], text: Callable[[Any], str], expected: str
) -> None:
    assert support.array_of(items, text) == expected
    assert support.array_of([Mood.SAD, "null"]) == '{"sad","null"}'
    with pytest.raises(NumericValueOutOfRange):
        support.array_of([1, 2**31], support.int4_text)


@pytest.mark.parametrize(
    "items", ["urgent", b"urgent", bytearray(b"u"), memoryview(b"u")]
)
@pytest.mark.parametrize(
    "taken",
    [
        support.items_of,
        support.list_of,
        support.array_of,
        support.boxes_text,
        support.vector_text,
        lambda items: support.array_of([["a"], items]),
    ],
)
def test_a_text_is_no_sequence_of_its_characters(
    taken: Callable[[Any], Any], items: Any
) -> None:
    with pytest.raises(TypeError, match="expected a sequence of items"):
        taken(items)


@pytest.mark.parametrize("value", [Decimal("2.7"), 2.7, Decimal(2), "2", None])
@pytest.mark.parametrize(
    "take",
    [
        *(support.as_int2, support.as_int4, support.as_int8, support.as_oid),
        *(support.int2_text, support.int4_text, support.int8_text, support.oid_text),
    ],
)
def test_only_integers_are_integers(take: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(TypeError):
        take(value)


def test_an_enum_is_sent_as_its_value() -> None:
    class Plain(Enum):
        A = "a"
        ONE = 1

    class Small(IntEnum):
        ONE = 1

    class Own(Enum):
        A = "a"

    class OwnDumper(psycopg.adapt.Dumper):
        def dump(self, obj: Any) -> bytes:
            return str(obj).encode()

    psycopg.adapters.register_dumper(Own, OwnDumper)
    assert support.value_of(Plain.A) == "a"
    assert support.value_of(Plain.ONE) == 1
    assert support.value_of(Small.ONE) is Small.ONE
    assert support.value_of(Mood.SAD) is Mood.SAD
    assert support.value_of("a") == "a"
    assert support.value_of(Own.A) is Own.A


@dataclass(frozen=True, slots=True)
class Pair:
    """A composite as it is generated, whose fields are texts."""

    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class Dated:
    """A composite whose second field is made of its text."""

    a: str | None
    day: date

    @classmethod
    def from_texts(cls, a: str | None, day: str) -> Self:
        return cls(a, date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class Empty:
    """A composite without fields."""


def test_composites_are_made_of_their_texts() -> None:
    for _ in range(2):
        assert support.read_composite(Pair, "(x,)", 2) == Pair("x", None)
        dated = support.read_composite(Dated, '("",2024-02-29)', 2)
        assert (type(dated), dated) == (Dated, Dated("", date(2024, 2, 29)))
        assert support.read_composite(Empty, "()", 0) == Empty()
        with pytest.raises(psycopg.errors.DataError, match="instead of 2"):
            support.read_composite(Dated, "(x)", 2)


@given(fields=st.lists(TEXTS | st.none(), min_size=2, max_size=2))
@SERVER
def test_any_composite_comes_back(
    newest_connection: psycopg.Connection[TupleRow], fields: list[str | None]
) -> None:
    (found,) = newest_connection.execute(
        "SELECT row(%s::text, %s::text)::text", fields
    ).fetchone()  # type: ignore[misc]
    assert support.parse_composite(found) == fields


@given(pairs=st.dictionaries(TEXTS, TEXTS | st.none(), max_size=4))
@SERVER
def test_any_hstore_comes_back(
    newest_connection: psycopg.Connection[TupleRow], pairs: dict[str, str | None]
) -> None:
    newest_connection.execute("CREATE EXTENSION IF NOT EXISTS hstore")
    text = support.hstore_text(pairs)
    (found,) = newest_connection.execute("SELECT %s::hstore::text", [text]).fetchone()  # type: ignore[misc]
    assert support.parse_hstore(found) == pairs


@given(bounds=st.tuples(TEXTS, TEXTS).map(sorted), open_=st.booleans())
@SERVER
def test_any_range_comes_back(
    newest_connection: psycopg.Connection[TupleRow], bounds: list[str], open_: bool
) -> None:
    newest_connection.execute(
        'DO $$ BEGIN CREATE TYPE tr AS RANGE (subtype = text, collation = "C");'
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    sent = Range(bounds[0], None if open_ else bounds[1], "[)")
    (found,) = newest_connection.execute(
        "SELECT %s::tr::text", [support.range_text(sent)]
    ).fetchone()  # type: ignore[misc]
    empty = not open_ and bounds[0] == bounds[1]
    assert support.parse_range(found, str) == (Range(empty=True) if empty else sent)


@dataclass(frozen=True, slots=True)
class Plain:
    """A row as it is generated."""

    id: int
    self_: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Converted:
    """A row whose second field is not what psycopg gives."""

    id: int
    day: date

    @classmethod
    def from_row(cls, number: int, day: str) -> Self:
        return cls(number, date.fromisoformat(day))


@attrs.frozen
class Attrs:
    id: int
    note: str


class Named(NamedTuple):
    id: int
    note: str


class Model(BaseModel, frozen=True):
    id: int
    note: str


class Packed(msgspec.Struct, frozen=True):
    id: int
    note: str


DAY = date(2024, 2, 29)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, "a", None), Plain(1, "a", None)),
        ((1, "2024-02-29"), Converted(1, DAY)),
        ((1, "a"), Attrs(1, "a")),
        ((1, "a"), Named(1, "a")),
        ((1, "a"), Model(id=1, note="a")),
        ((1, "a"), Packed(1, "a")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_rows_are_what_their_classes_make(
    values: tuple[Any, ...], expected: Any
) -> None:
    cls = type(expected)
    cursor = CURSOR
    make = support.rows_of(cls)(cursor)
    row = make(values)
    assert type(row) is cls
    assert (row, repr(row), hash(row)) == (expected, repr(expected), hash(expected))
    assert copy.copy(row) == copy.deepcopy(row) == expected
    assert pickle.loads(pickle.dumps(row)) == expected
    with pytest.raises((AttributeError, ValidationError)):
        row.id = 2
    again = support.rows_of(cls)(cursor)
    assert again is make


@pytest.mark.parametrize("style", RowStyle)
def test_rows_of_every_style(style: RowStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each style to what all rows promise."""
    fields = tuple(
        Field(name=name, type=type_, raw=type_)
        for name, type_ in (("id", PyNamed("int")), ("note", PyNamed("str")))
    )
    record = Record(name="Note", doc="", fields=fields, style=style)
    source = render.module(Module(name=".q", path="q.py", records=(record,))).text
    module = ModuleType(f"rows_of_{style}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(source, module.__dict__)
    note_class: Any = module.__dict__["Note"]
    cursor = CURSOR
    make: Any = support.rows_of(note_class)(cursor)
    note = make((1, "a"))
    assert type(note) is note_class
    assert list(note_class.__annotations__) == ["id", "note"]
    assert (note.id, note.note) == (1, "a")
    assert note == make((1, "a")) == note_class(id=1, note="a") != make((1, "b"))
    assert hash(note) == hash(make((1, "a")))
    assert pickle.loads(pickle.dumps(note)) == copy.deepcopy(note) == note
    with pytest.raises((AttributeError, ValidationError)):
        note.id = 2


@pytest.mark.parametrize("values", [(1,), (1, "a", None, 4)])
@pytest.mark.parametrize("row", [Plain, Converted])
def test_rows_have_as_many_values_as_fields(
    row: type[Plain | Converted], values: tuple[Any, ...]
) -> None:
    cursor = CURSOR
    with pytest.raises((ValueError, TypeError), match=r"unpack|positional argument"):
        support.rows_of(row)(cursor)(values)


class Colour(StrEnum):
    SAD = "sad"


def test_enums_are_parsed_from_their_labels() -> None:
    for _ in range(2):
        assert support.parse_enum("mro", Mood) is Mood.MRO
        assert support.parse_enum("sad", Colour) is Colour.SAD
        assert support.parse_enum("sad", Mood) is Mood.SAD
        for unknown in ("SAD", ""):  # a label that a migration has added since
            with pytest.raises(ValueError, match=f"'{unknown}' is not a valid Mood"):
                support.parse_enum(unknown, Mood)


def test_a_dataclass_of_rows_can_be_changed_into_another() -> None:
    cursor = CURSOR
    row = support.rows_of(Plain)(cursor)((1, "a", None))
    assert replace(row, id=2) == Plain(2, "a", None)
    assert asdict(row) == {"id": 1, "self_": "a", "row": None}
    match row:
        case Plain(number, text, None):
            assert (number, text) == (1, "a")
        case _:
            pytest.fail("a row is no instance of its class")
