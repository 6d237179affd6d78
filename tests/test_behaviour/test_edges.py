"""Values at the limits of types: one that does not fit is a clear error, and none is truncated."""

import datetime as dt
import re
from decimal import Decimal
from enum import Enum
from typing import Any, get_type_hints

import msgspec
import psycopg
import pytest
from psycopg.errors import NumericValueOutOfRange
from psycopg.types.datetime import DateBinaryLoader, DateLoader
from psycopg.types.json import set_json_loads
from psycopg.types.range import Range
from pydantic import TypeAdapter

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection
from tests.test_behaviour.values import NOON

NUMBERS = """
-- name: add :exec
INSERT INTO t VALUES (:small, :normal, :big, :o, :r, :several);
-- name: add_all :batch
INSERT INTO t VALUES (:small, :normal, :big, :o, :r, :several);
-- name: copy_all :copy
INSERT INTO t VALUES (:small, :normal, :big, :o, :r, :several);
-- name: count_all :one
SELECT count(*) FROM t;
"""
FINE: dict[str, Any] = {
    "small": 1,
    "normal": 1,
    "big": 1,
    "o": 1,
    "r": 1.0,
    "several": [1],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("small", 2**15),
        ("small", -(2**15) - 1),
        ("normal", 2**31),
        ("normal", 2**32 + 1),
        ("normal", -(2**31) - 1),
        ("big", 2**63),
        ("o", 2**32),
        ("o", -1),
        ("r", 1e300),
        ("several", [1, 2**31]),
    ],
)
def test_numbers_that_have_no_room(
    build: Build, connection: Connection, name: str, value: Any
) -> None:
    q = build(
        "CREATE TABLE t (small int2, normal int4, big int8, o oid, r float4, several int4[])",
        NUMBERS,
    ).sub("q")
    with pytest.raises(NumericValueOutOfRange, match="out of range"):
        q.add(connection, **{**FINE, name: value})
    for many, params in (
        (q.add_all, q.AddAllParams),
        (q.copy_all, q.CopyAllParams),
    ):
        with pytest.raises(NumericValueOutOfRange, match="out of range"):
            many(connection, rows=[params(**{**FINE, name: value})])
    assert q.count_all(connection) == 0


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 3.4e38])
def test_numbers_that_have_room(
    build: Build, connection: Connection, value: float
) -> None:
    q = build("", "-- name: same :one\nSELECT (:x)::float4 AS x;").sub("q")
    assert q.same(connection, x=value) == value


def test_text_with_nul(build: Build, connection: Connection) -> None:
    q = build(
        "CREATE TABLE t (a text, b text[], c jsonb, d varchar);"
        "CREATE TYPE c AS (x text)",
        """
        -- name: scalar :one
        SELECT (:x)::text AS a;
        -- name: several :one
        SELECT (:x)::text[] AS a;
        -- name: inside :one
        SELECT (:x)::c AS a;
        -- name: json :one
        SELECT (:x)::jsonb AS a;
        -- name: copied :copy
        INSERT INTO t (a) VALUES (:x);
        """,
    ).sub("q")
    models = __import__("made.models").models
    for call, value in (
        (q.scalar, "a\0"),
        (q.several, ["a\0"]),
        (q.inside, models.C("a\0")),
    ):
        with pytest.raises(psycopg.DataError, match="NUL"):
            call(connection, x=value)
    with pytest.raises(psycopg.DataError, match="u0000"):
        q.json(connection, x={"a": "\0"})
    with pytest.raises(psycopg.DataError, match=r"NUL|0x00"):
        q.copied(connection, rows=["a\0"])


INFINITE = """
-- name: of_day :one
SELECT 'infinity'::date AS a;
-- name: of_time :one
SELECT '-infinity'::timestamptz AS a;
-- name: far :one
SELECT '10000-01-01'::timestamp AS a;
-- name: as_text :one
SELECT 'infinity'::date::text AS a;
-- name: inside :one
SELECT ROW('infinity')::c AS a;
"""


def test_dates_that_python_has_not(build: Build, connection: Connection) -> None:
    q = build("CREATE TYPE c AS (day date)", INFINITE).sub("q")
    for call in (q.of_day, q.of_time, q.far, q.inside):
        with pytest.raises(psycopg.DataError, match=r"too (large|small)"):
            call(connection)
    assert q.as_text(connection) == "infinity"


def test_a_loader_of_ones_own_makes_infinity_a_date(
    build: Build, connection: Connection
) -> None:
    class Forgiving(DateLoader):
        def load(self, data: Any) -> dt.date:
            return dt.date.max if bytes(data) == b"infinity" else super().load(data)

    class ForgivingBinary(DateBinaryLoader):
        def load(self, data: Any) -> dt.date:
            is_infinity = bytes(data) == b"\x7f\xff\xff\xff"
            return dt.date.max if is_infinity else super().load(data)

    connection.adapters.register_loader("date", Forgiving)
    connection.adapters.register_loader("date", ForgivingBinary)
    package = build(
        "CREATE TYPE c AS (day date); CREATE DOMAIN day AS date;"
        "CREATE TYPE outer_c AS (c c, days date[], of_domain day[])",
        INFINITE + """;
        -- name: binary :one
        SELECT 'infinity'::date AS day, 0.1::float8 AS x;
        -- name: several :one
        SELECT '{infinity}'::day[] AS a;
        -- name: fields :many
        SELECT ROW(ROW('infinity'), '{infinity}', '{infinity}')::outer_c AS o, 1 AS n;
        -- name: elements :stream
        SELECT ARRAY[ROW('infinity')::c] AS cs;
        """,
    )
    q, models = package.sub("q"), package.sub("models")
    last = dt.date.max
    assert q.of_day(connection) == last
    assert q.binary(connection) == q.BinaryRow(last, 0.1)
    assert q.several(connection) == [last]
    assert q.inside(connection) == models.C(last)
    fields = models.OuterC(models.C(last), [last], [last])
    assert q.fields(connection) == [q.FieldsRow(fields, 1)]
    with psycopg.connect(connection.info.dsn) as other:
        mixed = zip(q.elements(connection), q.elements(connection), strict=True)
        assert [pair[1] for pair in mixed] == [[models.C(last)]]
        for call in (q.inside, q.several, q.fields):
            with pytest.raises(psycopg.DataError, match="too large"):
                call(other)


def test_json_is_read_by_the_connections_own_function(
    build: Build, connection: Connection
) -> None:
    def loads(data: str | bytes) -> Any:
        return msgspec.json.decode(data, type=dict[str, Decimal])

    set_json_loads(loads, connection)
    q = build(
        "CREATE TYPE mood AS ENUM ('sad')",
        """
        -- name: scalar :one
        SELECT '{"a": 0.10}'::jsonb AS j;
        -- name: in_row :one
        SELECT '{"a": 0.10}'::json AS j, '{"a": 0.10}'::jsonb AS k;
        -- name: converted :one
        SELECT '{"a": 0.10}'::jsonb AS j, 'sad'::mood AS mood;
        -- name: in_binary :one
        SELECT '{"a": 0.10}'::jsonb AS j, '{"a": 0.10}'::json AS k, 0.1::float8 AS x;
        -- name: several :many
        SELECT ARRAY['{"a": 0.10}'::jsonb] AS js;
        -- name: streamed :stream
        SELECT '{"a": 0.10}'::jsonb AS j;
        -- name: shaped :one
        SELECT jsonb_build_object('a', 0.10::numeric) AS j;
        """,
    ).sub("q")
    expected = {"a": Decimal("0.10")}
    assert q.scalar(connection) == expected
    assert q.in_row(connection) == q.InRowRow(expected, expected)
    assert q.converted(connection).j == expected
    assert q.in_binary(connection) == q.InBinaryRow(expected, expected, 0.1)
    assert q.several(connection) == [[expected]]
    assert list(q.streamed(connection)) == [expected]
    assert q.shaped(connection) == expected
    for value in (q.scalar(connection), q.in_binary(connection).k):
        assert isinstance(value["a"], Decimal)


def test_arrays_of_two_dimensions(build: Build, connection: Connection) -> None:
    q = build(
        "CREATE TYPE mood AS ENUM ('sad', 'gay');"
        "CREATE TABLE t (grid int[] NOT NULL, words text[] NOT NULL)",
        """
        -- name: grid :one
        SELECT ARRAY[[1, 2], [3, NULL]] AS a;
        -- name: moods :one
        SELECT '{{sad,gay},{gay,NULL}}'::mood[] AS a;
        -- name: overridden :one
        SELECT ARRAY[[1, 2], [3, 4]] AS "a: list[list[int]]";
        -- name: add :one -> T
        INSERT INTO t VALUES (:grid, :words) RETURNING *;
        """,
        columns={"t.grid": "list[list[int]]", "t.words": "list[list[str]]"},
    ).sub("q")
    assert q.grid(connection) == [[1, 2], [3, None]]
    assert q.moods(connection) == [["sad", "gay"], ["gay", None]]
    assert q.overridden(connection) == [[1, 2], [3, 4]]
    row = q.add(connection, grid=[[1, 2], [3, 4]], words=[["a"], ["b"]])
    assert (row.grid, row.words) == ([[1, 2], [3, 4]], [["a"], ["b"]])


def test_void_is_nothing(build: Build, connection: Connection) -> None:
    package = build(
        "",
        """
        -- name: sleep :one
        SELECT pg_sleep(:seconds);
        -- name: maybe :optional
        SELECT pg_sleep(0);
        -- name: several :many
        SELECT pg_sleep(0) FROM generate_series(1, 2);
        -- name: among :one
        SELECT pg_sleep(0) AS slept, 1 AS n;
        """,
    )
    q = package.sub("q")
    assert q.sleep(connection, seconds=0) is None
    assert q.maybe(connection) is None
    assert q.several(connection) == [None, None]
    assert q.among(connection) == q.AmongRow(None, 1)


def test_records_have_classes_where_their_fields_are_known(
    build: Build, connection: Connection
) -> None:
    q = build(
        "",
        """
        -- name: scalar :one
        SELECT ROW(1, 'a', NULL, ROW('b', 2)) AS r;
        -- name: several :one
        SELECT ARRAY[ROW(1, 'a'), ROW(2, 'b')] AS r;
        """,
    ).sub("q")
    within = q.ScalarRowRF4("b", 2)
    assert q.scalar(connection) == q.ScalarRowR(1, "a", None, within)
    rows = [q.SeveralRowR(1, "a"), q.SeveralRowR(2, "b")]
    assert q.several(connection) == rows


def test_the_zone_of_the_session_is_that_of_its_times(
    build: Build, connection: Connection
) -> None:
    q = build(
        "CREATE TYPE c AS (at timestamptz, during tstzrange)",
        """
        -- name: same :one -> Both
        SELECT (:at)::timestamptz AS at, (:inside)::c AS inside;
        """,
    ).sub("q")
    models = __import__("made.models").models
    inside = models.C(NOON, Range(NOON, None))
    for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
        connection.execute(f"SET TimeZone = '{zone}'")
        assert q.same(connection, at=NOON, inside=inside) == models.Both(NOON, inside)


def test_labels_that_fall_together_are_members_of_their_own(
    build: Build, connection: Connection
) -> None:
    build(
        "CREATE TYPE mood AS ENUM ('a b', 'a-b', 'A_B', 'a_b_2', '', ' ', '-', '2', '_2',"
        " 'class', 'None', 'mro', 'name', 'value', '__x__', 'ß', 'SS')",
        "-- name: same :one\nSELECT (:m)::mood AS m;",
    )
    q, models = __import__("made.q").q, __import__("made.models").models
    labels = [
        label
        for (label,) in connection.execute(
            "SELECT unnest(enum_range(NULL::mood))::text"
        )
    ]
    assert [member.value for member in models.Mood] == labels
    for member in models.Mood:
        assert re.fullmatch(r"[^\W_]\w*", member.name)
        assert q.same(connection, m=member) is member


SEQUENCES = """
-- name: texts :exec
SELECT :v::text[];
-- name: documents :exec
SELECT :v::jsonb[];
-- name: bytes :exec
SELECT :v::bytea[];
-- name: numbers :exec
SELECT :v::int[];
-- name: floats :exec
SELECT :v::float8[];
-- name: boxes :exec
SELECT :v::box[];
-- name: colours :exec
SELECT :v::colour[];
-- name: moods :exec
SELECT :v::mood[];
-- name: either :exec
SELECT FROM t WHERE id = ANY(:v);
-- name: several :exec
UPDATE t SET names = :v;
-- name: add :batch
INSERT INTO t (id) VALUES (:v);
-- name: copied :copy
INSERT INTO t (id) VALUES (:v);
"""


@pytest.mark.parametrize("value", ["1", b"1", bytearray(b"1")])
def test_a_text_is_no_sequence(
    build: Build, connection: Connection, value: Any
) -> None:
    q = build(
        "CREATE TYPE mood AS ENUM ('1');"
        "CREATE DOMAIN colour AS text CHECK (value IN ('1', '2'));"
        "CREATE TABLE t (id text NOT NULL, names text[])",
        SEQUENCES,
        columns={"t.names": "list[pathlib.PurePath]"},
    ).sub("q")
    functions = [
        *(q.texts, q.documents, q.bytes_, q.numbers, q.floats, q.boxes, q.colours),
        *(q.moods, q.either, q.several),
    ]
    for function in functions:
        with pytest.raises(TypeError, match="expected a sequence of items"):
            function(connection, v=value)
    for function in (q.add, q.copied):
        with pytest.raises(TypeError, match="expected a sequence of items"):
            function(connection, rows=value)


@pytest.mark.parametrize("value", [Decimal("2.7"), 2.7, 2.0, "2"])
@pytest.mark.parametrize("name", ["small", "normal", "big", "o", "several"])
def test_fractions_are_not_cut_off(
    build: Build, connection: Connection, name: str, value: Any
) -> None:
    q = build(
        "CREATE TABLE t (small int2, normal int4, big int8, o oid, r float4, several int4[])",
        NUMBERS,
    ).sub("q")
    params = {**FINE, name: [value] if name == "several" else value}
    with pytest.raises(TypeError):
        q.add(connection, **params)
    for many, row in ((q.add_all, q.AddAllParams), (q.copy_all, q.CopyAllParams)):
        with pytest.raises(TypeError):
            many(connection, rows=[row(**params)])
    assert q.count_all(connection) == 0


class Level(Enum):
    LOW = 1
    HIGH = 2


class Kind(Enum):
    SOME = "some kind"
    OTHER = "other"


def test_plain_enums_are_sent_as_the_values_by_which_they_are_read(
    build: Build, connection: Connection
) -> None:
    package = build(
        "CREATE TYPE kind AS ENUM ('some kind', 'other');"
        "CREATE DOMAIN code AS text;"
        "CREATE TYPE pair AS (kind kind, kinds kind[]);"
        "CREATE TABLE t (level int, kind kind, code code, codes code[], kinds kind[], pair pair)",
        """
        -- name: add :one -> T
        INSERT INTO t VALUES (:level, :kind, :code, :codes, :kinds, :pair) RETURNING *;
        -- name: copied :copy
        INSERT INTO t VALUES (:level, :kind, :code, :codes, :kinds, :pair);
        -- name: batch :batch
        INSERT INTO t VALUES (:level, :kind, :code, :codes, :kinds, :pair);
        -- name: every :many -> T
        SELECT * FROM t WHERE level = ANY(:levels) AND kind = ANY(:some) AND code = :code;
        """,
        columns={"t.level": f"{__name__}.Level"},
        types={"kind": f"{__name__}.Kind", "code": f"{__name__}.Kind"},
    )
    q, models = package.sub("q"), package.sub("models")
    kinds = [Kind.SOME, Kind.OTHER]
    pair = models.Pair(Kind.OTHER, kinds)
    row = (Level.LOW, Kind.SOME, Kind.OTHER, kinds, kinds, pair)
    names = ("level", "kind", "code", "codes", "kinds", "pair")
    assert q.add(connection, **dict(zip(names, row, strict=True))) == models.T(*row)
    assert q.copied(connection, rows=[q.CopiedParams(*row)]) == 1
    assert q.batch(connection, rows=[q.BatchParams(*row)]) == 1
    assert q.every(connection, levels=[Level.LOW], some=kinds, code="other") == 3 * [
        models.T(*row)
    ]


class Wrapped:
    """A type of the user's that is made of the usual value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wrapped) and repr(self) == repr(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Wrapped({self.value!r})"


@pytest.mark.parametrize("chosen", [f"{__name__}.Wrapped", "str", "typing.Any", "bool"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("place", "(a,1)"),
        ("home", "(a,1)"),
        ("places", "{}"),
        ("mood", "sad"),
        ("feeling", "sad"),
        ("colour", "red"),
        ("float_range", "[1.5,2)"),
        ("float_multirange", "{[1.5,2)}"),
        ("int4range", "[1,2)"),
        ("positive", "7"),
        ("numeric", "1.5"),
        ("hstore", "a=>NULL"),
        ("citext", "a"),
        ("box", "(1,1),(0,0)"),
        ("uuid", "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_configured_type_is_made_of_the_same_value_everywhere(
    build: Build, connection: Connection, name: str, text: str, chosen: str
) -> None:
    q = build(
        "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad');"
        "CREATE TYPE place AS (street text, floor int); CREATE DOMAIN home AS place;"
        "CREATE DOMAIN places AS place[]; CREATE DOMAIN feeling AS mood;"
        "CREATE DOMAIN colour AS text CHECK (value IN ('red'));"
        "CREATE DOMAIN positive AS int; CREATE TYPE float_range AS RANGE (subtype = float8);"
        f"CREATE TYPE c AS (v {name}, vs {name}[]);"
        f"CREATE TABLE t (v {name} NOT NULL, vs {name}[] NOT NULL, c c NOT NULL);"
        f"INSERT INTO t SELECT v, ARRAY[v], ROW(v, ARRAY[v])::c FROM (SELECT '{text}'::{name}) AS t (v)",
        "-- name: every :one\nSELECT * FROM t;",
        types={name: chosen},
    ).sub("q")
    row = q.every(connection)
    for other in (*row.vs, row.c.v, *row.c.vs):
        assert other == row.v
        assert isinstance(other, str) or not isinstance(row.v, str)
    if chosen.endswith("Wrapped"):
        assert isinstance(row.v, Wrapped)
        is_text = name in ("mood", "feeling", "colour", "citext", "box")
        assert is_text == isinstance(row.v.value, str)
    if chosen in ("str", "bool"):
        assert type(row.v).__name__ == chosen


@pytest.mark.parametrize("style", list(RowStyle))
def test_pydantic_takes_the_json_of_every_style(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    """As FastAPI does with the types of a response; it refuses `typing.TypedDict` before 3.12."""
    q = build(
        "",
        """
        -- name: alone :one
        SELECT json_build_object('a', 1, 'b c', json_build_object('x', 'y'));
        -- name: beside :one
        SELECT json_build_object('a', 1, 'b', json_build_object('x', 'y')) AS j, 2 AS n;
        """,
        rows=style,
    ).sub("q")
    for function in (q.alone, q.beside):
        type_ = get_type_hints(function)["return"]
        if style in (RowStyle.MSGSPEC, RowStyle.ATTRS) and function is q.beside:
            type_ = get_type_hints(type_)["j"]  # pydantic knows no such classes
        assert TypeAdapter(type_).json_schema()
        assert function(connection)
