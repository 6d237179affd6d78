"""A schema with a type of each kind, and values by the names of their types."""

import datetime as dt
import ipaddress
import uuid
from decimal import Decimal
from typing import Any

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from tests.test_behaviour.packages import Connection

UTC = dt.UTC
NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
EARLIEST = dt.datetime.min  # noqa: DTZ901 a timestamp has no zone
LATEST = dt.datetime.max  # noqa: DTZ901 a timestamp has no zone
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))

SCHEMA = """
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM (
    'sad', 'very happy', '', 'class', '2x', 'quote"d', 'null', 'very-happy', 'Very_Happy', 'mro',
    'name', '__init__', '€', 'a,b', '{c}', '(d)', ' ', 'None'
);
CREATE TYPE place AS (street text, floor int, mood mood, data jsonb, since timestamptz);
CREATE TYPE house AS (place place, tags text[], places place[], during tstzrange);
CREATE TYPE all_sorts AS (
    flag bool, bytes bytea, days interval, at time, small int2, big int8, ratio float8,
    amount numeric, id uuid, address inet, attributes hstore, path ltree, span daterange,
    spans int4multirange, numbers int[], grades numeric[], tree jsonb[], letter "char"
);
CREATE TYPE lone AS (inner_mood mood);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN colour AS text CHECK (value IN ('red', 'green'));
CREATE DOMAIN colours AS text[];
CREATE DOMAIN palettes AS colours[];
CREATE DOMAIN crate AS box;
CREATE DOMAIN crates AS box[];
CREATE DOMAIN home AS place;
CREATE DOMAIN feeling AS mood;
CREATE DOMAIN more_positive AS positive CHECK (value > 1);
CREATE DOMAIN opening AS tstzrange;
CREATE DOMAIN document AS jsonb;
CREATE DOMAIN homes AS home[];
CREATE TYPE settled AS (home home, homes homes, feeling feeling, documents document[]);
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE TYPE text_range AS RANGE (subtype = text);
"""


def optional_types(connection: Connection) -> dict[str, list[Any]]:
    """Return values of types that not every server has, after creating their extensions."""
    (with_xml,) = connection.execute(
        "SELECT count(*) FROM pg_config"
        " WHERE name = 'CONFIGURE' AND setting LIKE '%--with-libxml%'"
    ).fetchone() or (0,)
    (with_vector,) = connection.execute(
        "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone() or (0,)
    values: dict[str, list[Any]] = {}
    if with_xml:
        values["xml"] = ["<a>x &amp; y</a>"]
    if with_vector:
        connection.execute("CREATE EXTENSION vector")
        values["vector"] = [[0.5, -1.0, 2.0]]
    return values


def values(m: Any) -> dict[str, list[Any]]:
    """Values of each type, by PostgreSQL's name of the type."""
    awkward = 'a "b"\\,(c){d}\n\t'
    place = m.Place(awkward, 3, m.Mood.EMPTY, {"a": [1, None, 'x"y']}, NOON)
    empty = m.Place(None, None, None, None, None)
    house = m.House(place, ["x", awkward, ""], [empty, place], Range(NOON, None))
    sorts = m.AllSorts(
        *(True, b"\0x", dt.timedelta(1, 2, 3), dt.time(1, 2), -3, 2**40, 0.1),
        *(Decimal("NaN"), uuid.UUID(int=7), ipaddress.ip_address("::1"), {"a": None}),
        *("a.b", Range(dt.date(2024, 1, 1), None), Multirange([Range(1, 3)])),
        *([1, 2], [Decimal("0.10")], [{"a": [1]}, "x"], "c"),
    )
    nothing = m.AllSorts(*[None] * 18)
    settled = m.Settled(place, [place, empty], m.Mood.CLASS, [{"a": 1}, [2]])
    return {
        "int2": [0, -32768, 32767],
        "int4": [0, 1, -(2**31), 2**31 - 1],
        "int8": [1, 2**40, -(2**63)],
        "oid": [0, 4_000_000_000],
        "float4": [0.5, -1.0],
        "float8": [0.1, float("inf"), 1e300],
        "numeric": [
            Decimal("NaN"),
            Decimal("Infinity"),
            Decimal("-Infinity"),
            Decimal("1.50"),
            Decimal("1e-30"),
            Decimal("-1" + "0" * 30),
        ],
        "bool": [True, False],
        "text": ["", "näïve ✓", awkward, "NULL"],
        "varchar": ["v"],
        "bpchar": ["three"],
        "name": ["n"],
        '"char"': ["c"],
        "citext": ["MiXed"],
        "ltree": ["", "a.b"],
        "money": ["$1.50"],
        "bit": ["1"],
        "macaddr8": ["08:00:2b:01:02:03:04:05"],
        "tsquery": ["'a' & 'b'"],
        "box": ["(3,4),(1,2)"],
        "jsonpath": ['$."a"'],
        "bit varying": ["0101"],
        "macaddr": ["08:00:2b:01:02:03"],
        "tsvector": ["'a' 'b'"],
        "point": ["(1,2)"],
        "bytea": [b"", b"\0\xff"],
        "uuid": [uuid.UUID(int=5)],
        "date": [dt.date(2024, 2, 29), dt.date.min, dt.date.max],
        "time": [dt.time(1, 2, 3, 4)],
        "timetz": [dt.time(1, 2, 3, tzinfo=UTC), dt.time(1, tzinfo=INDIA)],
        "timestamp": [NOON.replace(tzinfo=None), EARLIEST, LATEST],
        "timestamptz": [
            NOON,
            NOON.astimezone(INDIA),
            LATEST.replace(tzinfo=UTC),
        ],
        "interval": [dt.timedelta(days=-1, seconds=5, microseconds=7), dt.timedelta()],
        "json": [{"a": [1, 2.5, None, "x"]}, [], "s", 1],
        "jsonb": [{"ä": {}}, [True], ""],
        "inet": [
            ipaddress.ip_address("10.0.0.1"),
            ipaddress.ip_interface("10.0.0.1/8"),
            ipaddress.ip_address("::1"),
        ],
        "cidr": [ipaddress.ip_network("10.0.0.0/8")],
        "hstore": [{}, {"a": None, 'k"\\': awkward}],
        "int4range": [Range(1, 5), Range(empty=True), Range(None, None, "()")],
        "nummultirange": [Multirange([Range(None, Decimal(1), "()")])],
        "tstzmultirange": [Multirange([Range(NOON, None)])],
        "int8range": [Range(1, 2**40)],
        "numrange": [Range(Decimal("1.5"), None)],
        "daterange": [Range(dt.date(2024, 1, 1), dt.date(2024, 1, 5))],
        "tsrange": [Range(NOON.replace(tzinfo=None), None)],
        "tstzrange": [Range(NOON, None)],
        "int4multirange": [Multirange(), Multirange([Range(1, 3), Range(5, 6)])],
        "float_range": [Range(0.5, 1.5), Range(empty=True), Range(None, 2.0, "()")],
        "text_range": [Range('a "x,', "b)")],
        "float_multirange": [Multirange([Range(1.0, 2.0), Range(3.0, None)])],
        "mood": list(m.Mood),
        "place": [place, empty],
        "house": [house, m.House(None, None, [], None)],
        "all_sorts": [sorts, nothing],
        "lone": [m.Lone(m.Mood.CLASS), m.Lone(None)],
        "home": [place, empty],
        "feeling": [m.Mood.SAD, m.Mood.EMPTY],
        "more_positive": [2],
        "opening": [Range(NOON, None), Range(empty=True)],
        "document": [{"a": []}, [1]],
        "homes": [[place, empty], []],
        "settled": [settled, m.Settled(None, None, None, None)],
        "positive": [7],
        "colour": ["red", "green"],
        "colours": [["red"], []],
        "palettes": [[["red"], [], ["a,b", '"']], []],
        "crate": ["(3,4),(1,2)"],
        "crates": [["(3,4),(1,2)", "(1,1),(0,0)"], []],
    }
