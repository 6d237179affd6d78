"""The conditions that `-- sqlgen: optional` finds around parameters."""

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
