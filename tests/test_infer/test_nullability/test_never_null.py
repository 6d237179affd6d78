"""Every function of the lists is called on the real server, and none of them gives NULL."""

import itertools
import random
from collections.abc import Iterator, Mapping

import pytest

from sqlgen.infer.nullability.never_null import marks

from .conftest import World

EXTENSIONS = (
    "citext",
    "fuzzystrmatch",
    "hstore",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "unaccent",
    "uuid-ossp",
    "vector",
)

TIMES = ("2020-02-29 12:00", "infinity", "-infinity", "0001-01-01 BC")
FLOATS = ("0", "1", "-1", "NaN", "Infinity", "-Infinity", "0.5", "1e30")
RANGES = ("empty", "(,)")
JSON = ("null", "{}", "[]", "1", '"a"', '{"a":null,"b":[1,null]}', "[1,null]", "true")
BOUNDARIES: Mapping[str, tuple[str, ...]] = {
    '"char"': ("", "a"),
    "bigint": ("0", "1", "-1", "9223372036854775807", "-9223372036854775808", "3"),
    "bit varying": ("", "0", "101"),
    "bit": ("", "0", "101"),
    "boolean": ("true", "false"),
    "box": ("((0,0),(1,1))", "((2,2),(3,3))", "((0,0),(0,0))"),
    "bytea": ("", "a", "\\x00ff"),
    "character varying": ("", "a", "abc"),
    "character": ("", "a", "abc  "),
    "cid": ("0",),
    "cidr": ("0.0.0.0/0", "10.0.0.0/8", "::/0"),
    "circle": ("<(0,0),1>", "<(1,1),0>"),
    "citext": ("", "a", "B%", "1"),
    "date": ("2020-02-29", "infinity", "-infinity", "0001-01-01 BC"),
    "datemultirange": ("{}", "{(,)}"),
    "daterange": (*RANGES, "[2020-01-01,2021-01-01)"),
    "double precision": FLOATS,
    "halfvec": ("[1,2,3]", "[0,0,0]"),
    "hstore": ("", "a=>1", "a=>NULL,b=>2"),
    "inet": ("0.0.0.0", "10.1.2.3/8", "::1", "::/0"),
    "int4multirange": ("{}", "{(,)}", "{[1,3),[5,7)}"),
    "int4range": (*RANGES, "[1,5)", "[1,)", "(,7]"),
    "int8multirange": ("{}", "{(,)}"),
    "int8range": (*RANGES, "[1,5)"),
    "integer": ("0", "1", "-1", "2", "2147483647", "-2147483648", "100"),
    "interval": ("0", "1 day", "-1 mon", "1 year 2 mons 3 days 04:05:06"),
    "json": JSON,
    "jsonb": JSON,
    "jsonpath": ("$", "$.a", "strict $.a", "$.a[*]", "$.a > 1"),
    "line": ("{1,-1,0}", "{0,1,2}", "{1,-1,5}", "{1,0,0}"),
    "lquery": ("a", "*.b"),
    "lseg": ("[(0,0),(1,1)]", "[(2,2),(2,2)]", "[(0,1),(1,0)]"),
    "ltree": ("", "a", "a.b.c"),
    "ltxtquery": ("a",),
    "macaddr": ("00:00:00:00:00:00", "08:00:2b:01:02:03"),
    "macaddr8": ("00:00:00:00:00:00:00:00", "08:00:2b:ff:fe:01:02:03"),
    "money": ("0", "1.5", "-3"),
    "name": ("", "a", "UTF8", "public"),
    "numeric": (*FLOATS, "1.50"),
    "nummultirange": ("{}", "{(,)}"),
    "numrange": (*RANGES, "[1.5,5)"),
    "oid": ("0", "1", "1259", "23"),
    "path": ("[(0,0),(1,1)]", "((0,0),(1,1),(2,0))", "[(0,0)]"),
    "pg_lsn": ("0/0", "16/B374D848"),
    "pg_snapshot": ("1:1:", "10:20:10,14,15"),
    "point": ("(0,0)", "(1,2)", "(NaN,Infinity)"),
    "polygon": ("((0,0),(1,1),(2,0))", "((0,0))"),
    "real": FLOATS,
    "regclass": ("pg_class", "s"),
    "regconfig": ("english", "simple"),
    "regdictionary": ("simple", "unaccent"),
    "smallint": ("0", "1", "-1", "32767", "-32768", "7"),
    "sparsevec": ("{1:1,3:2}/3", "{}/3"),
    "text": (
        *("", "a", "abc", " ", "\n", "%", "A%b_", "1", "2020-01-01", "{}", "null"),
        *("(x)", "żółć", "NaN", "UTC", "year", "day", "YYYY", "999", "NFC", "[]"),
        *("hex", "base64", "sha256", "aes", "md5", "bf", "a.b", "C", "UTF8"),
    ),
    "tid": ("(0,0)", "(1,2)"),
    "time with time zone": ("00:00+00", "24:00+14", "12:34:56-07"),
    "time without time zone": ("00:00", "24:00", "12:34:56.789"),
    "timestamp with time zone": TIMES,
    "timestamp without time zone": TIMES,
    "tsmultirange": ("{}", "{(,)}"),
    "tsquery": ("", "a", "a & !b", "a <-> b"),
    "tsrange": (*RANGES, "[2020-01-01,2021-01-01)"),
    "tstzmultirange": ("{}", "{(,)}"),
    "tstzrange": (*RANGES, "[2020-01-01,2021-01-01)"),
    "tsvector": ("", "a:1 b:2", "cat"),
    "txid_snapshot": ("1:1:",),
    "uuid": (
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "018f4c3e-1c2d-7abc-8def-0123456789ab",
    ),
    "vector": ("[1,2,3]", "[0,0,0]"),
    "xid": ("0", "3"),
    "xid8": ("0", "3"),
    "xml": ("<a/>", "<a>b</a>", ""),
}
"""Values of each type at its edges, as literals."""

POLYMORPHIC = (
    {
        "any": "integer",
        "anyarray": "integer[]",
        "anyenum": "mood",
        "anymultirange": "int4multirange",
        "anyrange": "int4range",
    },
    {
        "any": "text",
        "anyarray": "text[]",
        "anyenum": "mood",
        "anymultirange": "datemultirange",
        "anyrange": "daterange",
    },
)
"""What stands for polymorphic types, one way and another."""

MOST = 60
"""Calls of one function with arguments chosen at random, where not all can be tried."""

PROBE = """
CREATE SEQUENCE s;
CREATE FUNCTION probe(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    EXECUTE 'SELECT (' || call || ') IS NULL' INTO found;
    RETURN CASE WHEN found THEN 'NULL' ELSE 'something' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
"""


@pytest.fixture(scope="module", autouse=True)
def _probe(world: World) -> None:
    world.run(PROBE)
    offered = world.connection.execute("SELECT name FROM pg_available_extensions")
    for (extension,) in offered.fetchall():
        if extension in EXTENSIONS:
            world.run(f'CREATE EXTENSION "{extension}"')


@pytest.mark.parametrize("source", ["pg_catalog", *EXTENSIONS])
def test_none_gives_null(world: World, source: str) -> None:
    calls = [
        call
        for name, arguments, variadic, mark in functions(world, source)
        for call in calls_of(name, arguments, variadic, mark)
    ]
    outcomes = world.connection.execute(
        "SELECT call, probe(call) FROM unnest(%s::text[]) AS call", [calls]
    ).fetchall()
    assert [call for call, outcome in outcomes if outcome == "NULL"] == []
    # Some are refused, for instance by what stands in for pgcrypto; not all.
    assert not outcomes or any(outcome == "something" for _, outcome in outcomes)


def test_the_lists_are_in_order() -> None:
    for source in ("pg_catalog", *EXTENSIONS):
        entries = list(marks(source))
        assert entries == sorted(entries)
        assert all(entry.endswith(")") for entry in entries)


def functions(world: World, source: str) -> Iterator[tuple[str, list[str], bool, str]]:
    """The listed functions that this server has: name, arguments, VARIADIC, mark."""
    listed = marks(source)
    rows = world.connection.execute(
        """
        SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname), p.proname,
            ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS u (t, o)
                ORDER BY o),
            p.provariadic <> 0
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        LEFT JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
            AND d.deptype = 'e'
        LEFT JOIN pg_extension AS e ON e.oid = d.refobjid
        WHERE coalesce(e.extname, CASE WHEN p.oid < 16384 THEN 'pg_catalog' END) = %s
        ORDER BY 1, 3
        """,
        [source],
    )
    for call, name, arguments, variadic in rows.fetchall():
        bare = [argument.rpartition(".")[2] for argument in arguments]
        mark = listed.get(f"{name}({', '.join(bare)})")
        if mark:
            yield call, bare, variadic, mark


def calls_of(
    name: str, arguments: list[str], variadic: bool, mark: str
) -> Iterator[str]:
    chosen = random.Random(name)
    for types in POLYMORPHIC:
        values = [
            [*of(argument, types)]
            + (["NULL"] if may_be_null(place, mark, argument) else [])
            for place, argument in enumerate(arguments, start=1)
        ]
        if variadic and arguments[-1].endswith("[]"):
            values[-1] = [
                f"VARIADIC {value}" for value in values[-1] if value != "NULL"
            ]
        combinations = list(itertools.product(*values)) if len(values) < 3 else []
        if not combinations or len(combinations) > MOST:
            combinations = [
                tuple(chosen.choice(choices) for choices in values) for _ in range(MOST)
            ]
        for combination in combinations:
            yield f"{name}({', '.join(combination)})"
        if not any(argument.startswith(("any", '"any')) for argument in arguments):
            return


def may_be_null(place: int, mark: str, argument: str) -> bool:
    """Whether the list says that the argument at that place may be NULL."""
    if argument.startswith("any"):
        return False  # a bare NULL has no type here
    return mark == "*" or (mark.isdigit() and place > len(mark))


def of(type_: str, types: Mapping[str, str]) -> list[str]:
    if type_ == "record":
        return ["ROW(1, 'a')", "ROW(1, NULL)"]
    if type_.startswith(("any", '"any"')):
        kind = type_.strip('"').replace("compatible", "").replace("element", "")
        type_ = types[kind.replace("nonarray", "")]
    if type_ == "mood":
        return ["'sad'::mood", "'glad'::mood"]
    if not type_.endswith("[]"):
        return [f"{quoted(value)}::{type_}" for value in BOUNDARIES[type_]]
    first, *_, last = of(type_.removesuffix("[]"), types)
    return [
        f"'{{}}'::{type_}",
        f"ARRAY[{first}]",
        f"ARRAY[{first}, NULL]",
        f"ARRAY[{last}, {first}]",
    ]


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
