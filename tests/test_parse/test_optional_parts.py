"""The conditions that `-- sqlgen: optional` finds around parameters."""

import sys
from types import FrameType
from typing import Any

import pytest

from sqlgen import parse
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile


def query(statement: str, *directives: str) -> Query:
    head = "".join(f"-- sqlgen: {directive}\n" for directive in directives)
    source = SourceFile("queries/q.sql", f"-- name: q :many\n{head}{statement}")
    (parsed,) = parse.query_file(source).queries
    return parsed


def parts(statement: str, names: str) -> list[str]:
    parsed = query(statement, f"optional {names}")
    return [parsed.sql.text[part.start : part.end] for part in parsed.parts]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a = :x", "a = $1"),
        ("a = :x AND b", "a = $1"),
        ("b AND a = :x AND c", "a = $1"),
        ("b AND c and NOT a = :x", "NOT a = $1"),
        ("b AND (a = :x)", "(a = $1)"),
        ("b AND (c AND a = :x)", "a = $1"),
        ("b AND (a = :x AND c)", "a = $1"),
        ("b AND ((d AND a = :x) AND c)", "a = $1"),
        ("((a = :x AND c))", "a = $1"),
        ("b AND ((a = :x))", "((a = $1))"),
        ("b AND (a = :x OR c)", "(a = $1 OR c)"),
        ("b AND ((a = :x AND d) OR c)", "((a = $1 AND d) OR c)"),
        ("a = :x AND b OR c", "a = $1 AND b OR c"),
        ("b AND NOT (a = :x AND c)", "NOT (a = $1 AND c)"),
        ("b AND (a, c) = (:x, 1)", "(a, c) = ($1, 1)"),
        ("a BETWEEN 1 AND :x AND b", "a BETWEEN 1 AND $1"),
        ("b AND a BETWEEN :x AND 2", "a BETWEEN $1 AND 2"),
        (
            "b AND a NOT BETWEEN SYMMETRIC 1 AND :x AND c",
            "a NOT BETWEEN SYMMETRIC 1 AND $1",
        ),
        ("a BETWEEN 1 AND (CASE WHEN b AND c THEN 1 END) AND d = :x", "d = $1"),
        ("a BETWEEN (SELECT 1 WHERE b AND c) AND 2 AND d = :x", "d = $1"),
        ("a = :x /* AND b */ AND c", "a = $1"),
        ("a = /* AND */ :x AND c", "a = /* AND */ $1"),
        ("a = :x -- AND b\nAND c", "a = $1"),
        ("b = 'x AND y' AND a = :x", "a = $1"),
        ("b = $$ AND $$ AND a = :x", "a = $1"),
        ("b = $x$ WHERE ( $x$ AND a = :x", "a = $1"),
        ("b = E'\\' AND ' AND a = :x", "a = $1"),
        ('"AND" = 1 AND "a AND b" = :x', '"a AND b" = $1'),
        ("t.and AND t.end = :x AND t.where", "t.end = $1"),
        ("b AND a = ANY(:x)", "a = ANY($1)"),
        ("b AND f(a, c AND d) = :x", "f(a, c AND d) = $1"),
        ("a IS DISTINCT FROM :x AND b", "a IS DISTINCT FROM $1"),
        ("b AND a IS NOT DISTINCT FROM :x", "a IS NOT DISTINCT FROM $1"),
        ("b AND extract(year FROM a) = :x", "extract(year FROM a) = $1"),
        ("b AND left(a, 3) = :x", "left(a, 3) = $1"),
        ("b AND set = :x AND c", "set = $1"),
        (
            "b AND CASE WHEN c AND d THEN 1 END = :x AND e",
            "CASE WHEN c AND d THEN 1 END = $1",
        ),
        ("b AND a IN (SELECT c FROM u WHERE d AND e = :x)", "e = $1"),
        ("b AND NOT EXISTS (SELECT FROM u WHERE c = :x)", "c = $1"),
        (
            "b AND a IN (SELECT :x + d FROM u WHERE e)",
            "a IN (SELECT $1 + d FROM u WHERE e)",
        ),
        ("b AND :x IN (SELECT d FROM u WHERE e)", "$1 IN (SELECT d FROM u WHERE e)"),
        ("b AND a = :x::int AND c", "a = $1::int"),
        ("b AND a @> :x?", "a @> $1"),
        ("b\n\tAND\n\ta\n=\n:x\nAND c", "a\n=\n$1"),
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "SELECT a FROM t WHERE {}",
        "SELECT a FROM t WHERE {} ORDER BY b LIMIT 1",
        "SELECT a FROM t WHERE {} GROUP BY a HAVING true",
        "SELECT a FROM t WHERE {} UNION SELECT 1 WHERE true AND false",
        "SELECT a FROM t WHERE {} FOR UPDATE",
        "SELECT a FROM t GROUP BY a HAVING {} ORDER BY 1",
        "SELECT a FROM t JOIN u ON {} WHERE b",
        "SELECT a FROM t JOIN u ON {} LEFT JOIN v ON true",
        "SELECT a FROM t JOIN u ON {}, v WHERE c AND d",
        "SELECT a FROM (SELECT a FROM t WHERE {}) AS s WHERE b AND c",
        "WITH s AS (SELECT a FROM t WHERE {}) SELECT 1 WHERE b AND c",
        "UPDATE t SET a = 1 WHERE {} RETURNING a",
        "DELETE FROM t USING u WHERE {}",
        "INSERT INTO t SELECT a FROM u WHERE {} ON CONFLICT DO NOTHING",
    ],
)
def test_parts(around: str, condition: str, expected: str) -> None:
    assert parts(around.format(condition), "x") == [expected]


def test_parameters_of_a_part_go_together() -> None:
    statement = (
        "SELECT 1 WHERE a BETWEEN :x AND :y AND b = :z AND c = :w::text AND d = :d"
    )
    parsed = query(statement, "optional x, y", "optional z,w", "require one of z, x")
    assert [part.parameters for part in parsed.parts] == [(1, 2), (3,), (4,)]
    assert [parsed.part_text(part) for part in parsed.parts] == [
        "a BETWEEN :x AND :y",
        "b = :z",
        "c = :w::text",
    ]
    assert parsed.require_one_of == ((3, 1),)
    assert parsed.optional == {1, 2, 3, 4}


def test_a_part_within_another_goes_with_it() -> None:
    condition = ":x IN (SELECT a FROM t WHERE b AND c = :y)"
    assert parts(f"SELECT 1 WHERE {condition}", "x, y") == [
        "$1 IN (SELECT a FROM t WHERE b AND c = $2)"
    ]
    assert parts(f"SELECT 1 WHERE {condition}", "y") == ["c = $2"]


def test_a_file_without_a_header_may_have_optional_parts() -> None:
    text = "-- sqlgen: optional x\nSELECT 1 WHERE a = :x"
    (parsed,) = parse.query_file(SourceFile("queries/q.sql", text)).queries
    assert parsed.optional == {1}


@pytest.mark.parametrize(
    ("statement", "directives", "code", "text"),
    [
        ("SELECT 1 WHERE a = :name", ["optional nam"], "unknown-parameter", "nam"),
        ("SELECT 1 WHERE a = $1", ["optional a"], "unknown-parameter", "a"),
        ("SELECT 1 WHERE a = :x", ["optional"], "unknown-parameter", "-- sqlgen: optional"),
        ("SELECT 1 WHERE a = :x", ["optional x", "require one of y"], "unknown-parameter", "y"),
        ("SELECT 1 WHERE a = :x AND b = :y", ["optional x", "require one of x, y"], "not-optional", "y"),
        ("SELECT :x", ["optional x"], "not-optional", ":x"),
        ("SELECT a FROM t ORDER BY :x", ["optional x"], "not-optional", ":x"),
        ("SELECT a FROM t WHERE b LIMIT :x", ["optional x"], "not-optional", ":x"),
        ("SELECT DISTINCT ON (a, :x) a FROM t", ["optional x"], "not-optional", ":x"),
        ("SELECT a FROM f(:x) WHERE b", ["optional x"], "not-optional", ":x"),
        ("SELECT a FROM t JOIN u ON b, f(:x) WHERE b", ["optional x"], "not-optional", ":x"),
        ("INSERT INTO t VALUES (:x)", ["optional x"], "not-optional", ":x"),
        ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = :x", ["optional x"], "nothing-to-set", ":x"),
        ("UPDATE t SET a = :x FROM u WHERE b", ["optional x"], "nothing-to-set", ":x"),
        ("SELECT 1 WHERE a AND CASE WHEN b = :x AND c THEN d END", ["optional x"], "not-optional", ":x"),
        ("SELECT 1 WHERE a = :x OR b = :y", ["optional x"], "optional-beside-required", ":y"),
        ("SELECT 1 WHERE a BETWEEN :x AND :y", ["optional y"], "optional-beside-required", ":x"),
        ("SELECT 1 WHERE a = :x AND b = :x", ["optional x"], "optional-twice", ":x"),
        ("SELECT :x::int WHERE b = :x", ["optional x"], "not-optional", ":x"),
    ],
)  # fmt: skip
def test_errors(statement: str, directives: list[str], code: str, text: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        query(statement, *directives)
    (error,) = caught.value.diagnostics
    assert error.code == code
    assert error.label is not None
    assert error.label.span.text == text
    assert error.hint


@pytest.mark.parametrize(
    ("set_", "expected"),
    [
        ("a = :x", ["a = $1"]),
        ("a = :x, b = 1", ["a = $1, "]),
        ("b = 1, a = :x", [", a = $1"]),
        ("b = 1, a = :x, c = 2", [", a = $1"]),
        ("a = :x, b = 1, c = :y", ["a = $1, ", ", c = $2"]),
        ("a = :x, b = 1, c = :y, d = :z", ["a = $1, ", ", c = $2", ", d = $3"]),
        ("a = :x, c = :y, b = 1", ["a = $1, ", "c = $2, "]),
        ("a = :x, c = :y", ["a = $1, ", "c = $2"]),
        ("a = f(:x, 1), c = ARRAY[1, :y]", ["a = f($1, 1), ", "c = ARRAY[1, $2]"]),
        ("(a, b) = (:x, :y), c = 1", ["(a, b) = ($1, $2), "]),
        ("(a, b) = (SELECT 1, :x), c = 1", ["(a, b) = (SELECT 1, $1), "]),
        ("a = CASE WHEN b AND c THEN :x ELSE 1 END, c = 1", ["a = CASE WHEN b AND c THEN $1 ELSE 1 END, "]),
        ("a = :x IS DISTINCT FROM b, c = 1", ["a = $1 IS DISTINCT FROM b, "]),
        ("a = extract(year FROM :x), c = 1", ["a = extract(year FROM $1), "]),
        ("a = 'x, y' || :x, c = 1", ["a = 'x, y' || $1, "]),
        ("a = $$, $$ || :x, c = 1", ["a = $$, $$ || $1, "]),
        ("a = :x -- , c = 2\n, c = 1", ["a = $1 -- , c = 2\n, "]),
        ("c = 1 /* , */ , /* a, */ a = :x", [" /* , */ , /* a, */ a = $1"]),
        ("values = :x, c = 1", ["values = $1, "]),
        ("set = :x, c = 1", ["set = $1, "]),
        ('"where" = :x, c = 1', ['"where" = $1, ']),
        ("a[1] = :x, a[2:3] = :y, c = 1", ["a[1] = $1, ", "a[2:3] = $2, "]),
        ("a.b = :x, c = 1", ["a.b = $1, "]),
        ("c = (SELECT d FROM u WHERE e = :x AND f)", ["e = $1"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "around",
    [
        "UPDATE t SET {}",
        "UPDATE t AS u SET {} WHERE a AND b RETURNING c, d",
        "UPDATE ONLY t SET {} RETURNING *",
        "WITH w AS (SELECT a, b FROM t WHERE c AND d) UPDATE t SET {} WHERE true",
    ],
)
def test_assignments(around: str, set_: str, expected: list[str]) -> None:
    names = [name for name in "xyz" if f":{name}" in set_]
    parsed = query(around.format(set_), f"optional {', '.join(names)}")
    text = parsed.sql.text
    assert [text[part.cut_start : part.cut_end] for part in parsed.parts] == expected


def test_an_update_with_nothing_to_set_reads_its_rows() -> None:
    parsed = query(
        "WITH w AS (SELECT 1 AS a)\nUPDATE ONLY t AS u -- all\nSET a = :x\n"
        "WHERE a AND b = :y RETURNING *, a || ' SET '",
        "optional x",
    )
    assert parsed.unchanged
    assert parsed.unchanged.statement(parsed.sql.text) == (
        "WITH w AS (SELECT 1 AS a)\nSELECT *, a || ' SET '\nFROM ONLY t AS u\nWHERE a AND b = $2"
    )
    assert query("UPDATE t SET a = :x, b = 1", "optional x").unchanged is None
    required = query(
        "UPDATE t SET a = :x, b = :y", "optional x, y", "require one of x, y"
    )
    assert required.unchanged is None
    assert required.variant_count == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("(:x)", ["$1"]),
        ("(1, :x, 2)", ["$1"]),
        ("(1, (:x))", ["($1)"]),
        ("(lower(:x), 2)", ["lower($1)"]),
        ("(:x || :y, 2)", ["$1 || $2"]),
        ("(1, 2), (:x, 3), (4, :y)", ["$1", "$2"]),
        ("(1, ')'), (f(1, 2), :x)", ["$1"]),
        ("((SELECT 1 WHERE a AND b = :x), 2)", ["(SELECT 1 WHERE a AND b = $1)"]),
        ("(ARRAY[1, :x], 2)", ["ARRAY[1, $1]"]),
        ("(CASE WHEN a THEN :x END, 2)", ["CASE WHEN a THEN $1 END"]),
        ("(1 /* , :y */, :x -- :y\n)", ["$1"]),
        ("(:x::text COLLATE \"C\", 'a, b')", ['$1::text COLLATE "C"']),
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "INSERT INTO t VALUES {}",
        "INSERT INTO t (a, b) OVERRIDING SYSTEM VALUE VALUES {} ON CONFLICT (a, b) DO NOTHING RETURNING c",
        "WITH w AS (INSERT INTO t (a) VALUES {} RETURNING a) SELECT a, b FROM w",
    ],
)
def test_values(around: str, values: str, expected: list[str]) -> None:
    names = [
        name
        for name in "xy"
        if f":{name}" in values.replace(":y */", "").replace("-- :y", "")
    ]
    parsed = query(around.format(values), f"default {', '.join(names)}")
    assert [parsed.sql.text[part.start : part.end] for part in parsed.parts] == expected


@pytest.mark.parametrize(
    ("statement", "directives", "code", "text"),
    [
        ("INSERT INTO t SELECT :x", ["default x"], "no-default", ":x"),
        ("SELECT 1 WHERE a = :x", ["default x"], "no-default", ":x"),
        ("INSERT INTO t VALUES (:x || :y)", ["default x"], "optional-beside-required", ":y"),
        ("INSERT INTO t VALUES (:x), (:x)", ["default x"], "optional-twice", ":x"),
        ("INSERT INTO t VALUES (:x)", ["default"], "unknown-parameter", "-- sqlgen: default"),
        ("INSERT INTO t VALUES (:x)", ["default x", "require one of x"], "not-optional", "x"),
        ("UPDATE t SET a = :x || :y, b = 1", ["optional x"], "optional-beside-required", ":y"),
        ("UPDATE t SET a = :x, b = :x", ["optional x"], "optional-twice", ":x"),
        ("UPDATE t SET a = :x, c = 1 WHERE b = :x", ["optional x"], "optional-twice", ":x"),
        ("UPDATE t SET a = :x RETURNING (SELECT :x)", ["optional x"], "not-optional", ":x"),
        ("WITH w AS (UPDATE t SET a = :x RETURNING b) SELECT b FROM w", ["optional x"], "nothing-to-set", ":x"),
    ],
)  # fmt: skip
def test_errors_of_writes(
    statement: str, directives: list[str], code: str, text: str
) -> None:
    test_errors(statement, directives, code, text)


@pytest.mark.parametrize(
    ("statement", "directive", "places", "each"),
    [
        ("SELECT 1 WHERE a = :x AND b = :x", "optional x", "2 conditions", "part"),
        (
            "SELECT 1 WHERE a = :x AND b = :x AND c = :x",
            "optional x",
            "3 conditions",
            "part",
        ),
        (
            "UPDATE t SET a = :x, c = 1 WHERE b = :x",
            "optional x",
            "a condition and an assignment",
            "part",
        ),
        ("UPDATE t SET a = :x, b = :x, c = 1", "optional x", "2 assignments", "part"),
        ("INSERT INTO t VALUES (:x), (:x)", "default x", "2 values", "value"),
    ],
)
def test_a_parameter_of_several_parts(
    statement: str, directive: str, places: str, each: str
) -> None:
    text = f"-- name: q :exec\n-- sqlgen: {directive}\n{statement}"
    with pytest.raises(SqlgenError) as caught:
        parse.query_file(SourceFile("queries/q.sql", text))
    [error] = caught.value.diagnostics
    assert (
        error.message
        == f"`:x` stands in {places}, but may be left out of one place only"
    )
    word = directive.split()[0]
    assert (
        error.hint
        == f"give each {each} a parameter of its own, or take `x` out of `-- sqlgen: {word}`"
    )


VARYING = {
    "conditions": ("optional", "SELECT 1 FROM t WHERE {}", "c{0} = :p{0}", " AND "),
    "assignments": ("optional", "UPDATE t SET z = 1, {}", "c{0} = :p{0}", ", "),
    "values": ("default", "INSERT INTO t VALUES ({})", ":p{0}", ", "),
    "subqueries": (
        "optional",
        "SELECT 1 FROM t WHERE {}",
        "EXISTS (SELECT FROM u WHERE u.a = :p{0})",
        " AND ",
    ),
}


@pytest.mark.parametrize("kind", VARYING)
def test_twice_the_parameters_take_twice_the_steps(kind: str) -> None:
    few, many = _steps(kind, 100), _steps(kind, 200)
    assert many < 2.3 * few


def _steps(kind: str, count: int) -> int:
    """Return how many lines and list items run while a query is read: a count, and no time."""
    directive, statement, item, separator = VARYING[kind]
    names = ", ".join([f"p{n}" for n in range(count)])
    body = statement.format(separator.join([item.format(n) for n in range(count)]))
    text = f"-- name: q :exec\n-- sqlgen: {directive} {names}\n{body}"
    steps = 0

    def trace(_frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse.query_file(SourceFile("queries/q.sql", text))
    finally:
        sys.settrace(before)
    return steps
