"""The shapes of JSON that a query makes: keys, items, types and nulls."""

from collections.abc import Callable

import pytest

from sqlgen.infer.json.merging import any_shape, without_nulls
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
from sqlgen.model.typed import TypedQuery
from tests.test_behaviour.packages import Connection

Typed = Callable[..., TypedQuery]


def notation(shape: JsonShape | None) -> str:
    """Return a shape in a line: `{a: integer, b?: string?}`, `[string]`, `<integer>`."""
    match shape:
        case None:
            return "unknown"
        case JsonScalar(kind=kind):
            return kind
        case JsonLiterals(values=values):
            return "|".join(values)
        case JsonArray(item=item):
            return f"[{_item(item)}]"
        case JsonMap(item=item):
            return f"<{_item(item)}>"
        case JsonObject(members=members):
            keys = [
                f"{m.key}{'' if m.required else '?'}: {_item(m.item)}" for m in members
            ]
            return "{" + ", ".join(keys) + "}"


def _item(item: JsonItem) -> str:
    return notation(item.shape) + ("?" if item.nullable else "")


NUMBERS = """
CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE >= 0 AND VALUE <> 'NaN');
CREATE DOMAIN low_price AS price CHECK (VALUE < 10);
CREATE DOMAIN share AS float8 CHECK (VALUE BETWEEN 0 AND 1);
CREATE DOMAIN positive AS numeric(10, 2) CHECK (VALUE > 0);
CREATE DOMAIN unscaled AS numeric CHECK (VALUE <> 'NaN');
CREATE DOMAIN later_price AS numeric(10, 2);
ALTER DOMAIN later_price ADD CHECK (VALUE < 10) NOT VALID;
CREATE TABLE numbers (
    id int PRIMARY KEY, any_number numeric, any_float float8 NOT NULL, any_real real, scaled numeric(10, 2),
    between_numbers numeric CHECK (between_numbers BETWEEN 0 AND 1000),
    upper_only numeric CHECK (upper_only <= 1.5),
    lower_only numeric(10, 2) NOT NULL CHECK (lower_only >= 0),
    not_nan numeric(10, 2) CHECK (not_nan <> 'NaN'),
    below_nan numeric(10, 2) CHECK (below_nan < 'NaN'),
    not_special numeric CHECK (not_special NOT IN ('NaN', 'Infinity', '-Infinity')),
    one_of numeric CHECK (one_of IN (1, 2.5)),
    null_or numeric(10, 2) CHECK (null_or IS NULL OR null_or < 100),
    perhaps numeric(10, 2) CHECK (perhaps < 100 OR id > 0),
    below_other numeric(10, 2) CHECK (below_other < any_number),
    bounded_float float8 CHECK (bounded_float > '-Infinity' AND bounded_float < 'Infinity'),
    float_of_ints float8 CHECK (float_of_ints BETWEEN -1 AND 1.5),
    bounded_real real CHECK (bounded_real > '-Infinity'::real AND bounded_real < 'Infinity'::real),
    later numeric(10, 2),
    price price, low_price low_price, share share, positive positive, unscaled unscaled, later_price later_price
);
ALTER TABLE numbers ADD CHECK (later < 5) NOT VALID;
CREATE TABLE not_inherited (n numeric(10, 2), CHECK (n < 5) NO INHERIT);
CREATE TABLE child_of_it () INHERITS (not_inherited);
CREATE VIEW half AS SELECT not_nan, lower_only FROM numbers;
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *[(name, "number") for name in ("any_number", "any_float", "any_real", "scaled")],
        *[(name, "number") for name in ("upper_only", "lower_only", "perhaps", "below_other", "later")],
        *[(name, "finite") for name in ("between_numbers", "not_nan", "below_nan", "not_special", "one_of")],
        *[(name, "finite") for name in ("null_or", "bounded_float", "float_of_ints", "bounded_real")],
        *[(name, "finite") for name in ("price", "low_price", "share", "any_number::price", "price * 2")],
        *[(name, "number") for name in ("positive", "unscaled", "later_price", "price / any_number")],
        ("not_nan * 2 + between_numbers", "finite"),
        ("not_nan * lower_only", "number"),
        ("CASE WHEN id > 0 THEN not_nan ELSE 1.5 END", "finite"),
        ("CASE WHEN lower_only < 5 THEN lower_only END", "finite"),
        ("CASE WHEN lower_only < 5 THEN 1.5 ELSE lower_only END", "number"),
        ("GREATEST(not_nan, 0)", "finite"),
        ("GREATEST(not_nan, scaled)", "number"),
        ("nullif(not_nan, 0)", "finite"),
        ("coalesce(not_nan, 0)", "finite"),
        ("(SELECT n FROM not_inherited LIMIT 1)", "number"),
        ("not_nan::numeric(4, 1)", "finite"),
        ("any_number::numeric(4, 1)", "number"),
        ("(SELECT sum(not_nan) FROM half)", "finite"),
        ("(SELECT not_nan FROM half LIMIT 1)", "finite"),
        ("(SELECT lower_only FROM half LIMIT 1)", "number"),
        ("(SELECT max(lower_only) FROM half WHERE lower_only < 5)", "finite"),
        ("(SELECT max(l.lower_only) FROM half l LEFT JOIN numbers n ON l.lower_only < 5)", "number"),
    ],
)  # fmt: skip
def test_numbers_are_finite_where_it_is_proved(
    typed: Typed, connection: Connection, expression: str, expected: str
) -> None:
    connection.execute(NUMBERS)
    query = f"SELECT to_jsonb({expression}) AS v FROM numbers"
    assert notation(typed(query).columns[0].json) == expected


def test_numbers_in_whole_rows_are_finite_where_it_is_proved(
    typed: Typed, connection: Connection
) -> None:
    connection.execute(NUMBERS)
    rows = notation(typed("SELECT json_agg(n) AS v FROM numbers AS n").columns[0].json)
    assert "not_nan: finite?, below_nan: finite?, not_special: finite?" in rows
    assert "any_real: number?, scaled: number?, between_numbers: finite?" in rows
    assert "lower_only: number, " in rows


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("scaled < 5", "finite"),
        ("any_number < 5", "number"),
        ("any_number BETWEEN 1 AND 2", "finite"),
        ("any_number = ANY (ARRAY[1, 2]::numeric[])", "finite"),
        ("NOT scaled >= 7", "finite"),
        ("scaled < :limit", "number"),
        ("scaled < 5 OR id = 1", "number"),
    ],
)
def test_conditions_prove_that_numbers_are_finite(
    typed: Typed, connection: Connection, condition: str, expected: str
) -> None:
    connection.execute(NUMBERS)
    column = condition.removeprefix("NOT ").split()[0]
    query = f"SELECT jsonb_agg({column}) AS v FROM numbers WHERE {condition}"
    assert notation(typed(query).columns[0].json).strip("[?]") == expected
    update = f"UPDATE numbers SET {column} = 'NaN' WHERE {condition} RETURNING to_jsonb({column}) AS v"
    assert notation(typed(update).columns[0].json) == "number"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL)", "{a: integer, b: string, c: string?}"),
        ("SELECT row_to_json(v) FROM visits v", "{id: integer, patient_id: integer, at: string, note: string?, Odd name: integer?}"),
        ("SELECT to_jsonb(p) FROM inpatients p", "{id: integer, number: string, status: in|out}"),
        ("SELECT to_json(size) FROM patients", "s|m"),
        ("SELECT to_json('happy'::mood)", "happy|sad"),
        ("SELECT json_agg(v.note) FROM visits v", "[string?]"),
        ("SELECT json_agg(v.note) FROM visits v WHERE note IS NOT NULL", "[string]"),
        ("SELECT coalesce(json_agg(v.id), '[]') FROM visits v", "[integer]"),
        ("SELECT json_agg(v) FROM patients p LEFT JOIN (SELECT id AS n FROM visits) v ON v.n = p.id", "[{n: integer}?]"),
        ("SELECT json_agg(v) FILTER (WHERE v.n > 0) FROM patients p LEFT JOIN (SELECT id AS n FROM visits) v ON v.n = p.id", "[{n: integer}]"),
        ("SELECT json_object_agg(mrn, born_on) FROM patients", "<string?>"),
        ("SELECT json_build_object('sum', sum(id), 'avg', avg(id), 'n', 1.5, 'x', '1'::numeric) FROM patients", "{sum: integer?, avg: finite?, n: finite, x: finite}"),
        ("SELECT json_build_object('a', 'NaN'::float8, 'b', born_on - '2020-01-01' > 1) FROM patients", "{a: number, b: boolean?}"),
        ("SELECT jsonb_strip_nulls(jsonb_build_object('b', born_on, 'n', name)) FROM patients", "{b?: string, n: string}"),
        ("SELECT to_json(tags) FROM patients", "[string]"),
        ("WITH c AS (SELECT id, jsonb_build_object('x', mrn) AS d FROM patients) SELECT to_jsonb(c) FROM c", "{id: integer, d: {x: string}}"),
        ("SELECT j FROM patients p, LATERAL (SELECT json_agg(v.at) AS j FROM visits v WHERE v.patient_id = p.id) l", "[string]"),
        ("SELECT CASE WHEN id = 1 THEN json_build_object('a', 1) ELSE json_build_object('b', 1) END FROM patients", "{a?: integer, b?: integer}"),
        ("SELECT jsonb_build_object('a', 1) UNION SELECT jsonb_build_object('a', id) FROM patients", "{a: integer}"),
        ("INSERT INTO visits VALUES (1, 1, now()) RETURNING json_build_object('id', id, 'note', note)", "{id: integer, note: string?}"),
        # Nothing is certain of these.
        ("SELECT json_build_object('a', 1, 'a', 2)", "unknown"),
        ("SELECT json_build_object(name, 1) FROM patients", "unknown"),
        ("SELECT json_build_object(VARIADIC ARRAY['a', 'b'])", "unknown"),
        ("SELECT jsonb_build_object('a', 1) || '{}'", "unknown"),
        ("SELECT row_to_json(j) FROM (SELECT id, id FROM patients) j", "unknown"),
        ("SELECT '{\"a\": 1}'::jsonb", "unknown"),
        ("SELECT to_jsonb(1) UNION SELECT to_jsonb('x'::text)", "unknown"),
        ("WITH RECURSIVE r AS (SELECT to_jsonb(1) AS j UNION ALL SELECT '{}' FROM r WHERE false) SELECT j FROM r", "unknown"),
    ],
)  # fmt: skip
def test_shapes(typed: Typed, statement: str, expected: str) -> None:
    [column] = typed(statement).columns
    assert notation(column.json) == expected


def test_a_type_with_a_cast_to_json_of_its_own_is_not_known(typed: Typed) -> None:
    function = (
        "CREATE FUNCTION as_json(mood) RETURNS json LANGUAGE sql RETURN '[1]'::json"
    )
    cast = "CREATE CAST (mood AS json) WITH FUNCTION as_json(mood)"
    statement = "SELECT json_build_object('m', 'happy'::mood)"
    [column] = typed(statement, function, cast).columns
    assert notation(column.json) == "{m: any}"


def test_arrays_of_tables_may_hold_nulls_if_the_project_says_so(typed: Typed) -> None:
    [column] = typed(
        "SELECT to_json(tags) FROM patients", nullable_elements=True
    ).columns
    assert notation(column.json) == "[string?]"


INTEGER, NUMBER = JsonScalar(JsonKind.INTEGER), JsonScalar(JsonKind.NUMBER)
STRING, NOTHING = JsonScalar(JsonKind.STRING), JsonScalar(JsonKind.NOTHING)
EMPTY = JsonArray(JsonItem(NOTHING, nullable=False))


def member(key: str, shape: JsonShape, *, nullable: bool = False) -> JsonMember:
    return JsonMember(key, JsonItem(shape, nullable))


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ((), "nothing"),
        ((INTEGER, NUMBER), "number"),
        ((INTEGER, STRING), "any"),
        ((JsonLiterals(("a",)), JsonLiterals(("b", "a"))), "a|b"),
        ((JsonLiterals(("a",)), STRING), "string"),
        ((EMPTY, JsonArray(JsonItem(INTEGER, True))), "[integer?]"),
        ((JsonObject(()), JsonMap(JsonItem(INTEGER, False))), "<integer>"),
        ((JsonObject((member("a", INTEGER),)), EMPTY), "any"),
        (
            (
                JsonObject((member("a", INTEGER), member("b", STRING, nullable=True))),
                JsonObject((member("b", STRING),)),
            ),
            "{a?: integer, b: string?}",
        ),
    ],
)
def test_either_of_several(shapes: tuple[JsonShape, ...], expected: str) -> None:
    assert notation(any_shape(shapes)) == expected
    assert notation(any_shape(shapes[::-1])).count(",") == expected.count(",")


def test_nulls_go_where_they_may_be() -> None:
    shape = JsonObject(
        (member("a", ANY), member("b", JsonArray(JsonItem(STRING, True))))
    )
    assert notation(without_nulls(shape)) == "{a?: any, b: [string?]}"
