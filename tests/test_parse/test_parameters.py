import pytest

from sqlgen import parse
from sqlgen.model.query import Mark
from sqlgen.model.source import SourceFile


def check(sql: str, expected: str, *parameters: str) -> None:
    """Check that the server is sent *expected*; *parameters* are names with their marks."""
    source = SourceFile("queries/q.sql", f"-- name: q :one\n{sql}")
    (query,) = parse.query_file(source).queries
    assert query.sql.text == expected
    assert [f"{p.name}{p.mark}" for p in query.parameters] == list(parameters)
    assert [p.number for p in query.parameters] == [*range(1, len(parameters) + 1)]


@pytest.mark.parametrize(
    ("sql", "expected", "parameters"),
    [
        ("select :a", "select $1", ["a"]),
        ("select :b, :a, :b", "select $1, $2, $1", ["b", "a"]),
        ("select :a!, :b?, :c", "select $1, $2, $3", ["a!", "b?", "c"]),
        ("select :a, :a!", "select $1, $1", ["a!"]),
        ("select :a::int", "select $1::int", ["a"]),
        ("select :a!::int", "select $1::int", ["a!"]),
        ("select :été", "select $1", ["été"]),
        ("select f(a => :a, b := :b)", "select f(a => $1, b := $2)", ["a", "b"]),
        ("select $2, $1, $2", "select $2, $1, $2", ["", ""]),
        ("select distinct on (a) :b", "select distinct on (a) $1", ["b"]),
        ("select a->:b, a=:c, |/:d", "select a->$1, a=$2, |/$3", ["b", "c", "d"]),
        (
            "select case when :a then :b end",
            "select case when $1 then $2 end",
            ["a", "b"],
        ),
        ("select interval :a, :b::int[]", "select interval $1, $2::int[]", ["a", "b"]),
    ],
)
def test_parameters(sql: str, expected: str, parameters: list[str]) -> None:
    check(sql, expected, *parameters)


@pytest.mark.parametrize(
    ("sql", "expected", "parameters"),
    [
        ("select :a!=3", "select $1!=3", ["a"]),
        ("select :a ?| :b", "select $1 ?| $2", ["a", "b"]),
        ("select :a?|:b", "select $1?|$2", ["a", "b"]),
        ("select :a ? 'b'", "select $1 ? 'b'", ["a"]),
        ("select :a?&array['x']", "select $1?&array['x']", ["a"]),
        ("select :a ! 1", "select $1 ! 1", ["a"]),
        ("select :a!--b", "select $1", ["a!"]),
        ("select :a?/*b*/,1", "select $1/*b*/,1", ["a?"]),
        ("select a ? :b", "select a ? $1", ["b"]),
    ],
)
def test_marks_and_operators(sql: str, expected: str, parameters: list[str]) -> None:
    check(sql, expected, *parameters)


@pytest.mark.parametrize(
    "sql",
    [
        "select a::int",
        "select a:: int",
        "select ':a'",
        "select 'it''s :a'",
        "select E'it\\'s :a'",
        "select $$ :a $$",
        "select $x$ :a $$ :b $x$",
        'select ":a"',
        "select 1 /* :a /* :b */ :c */ + 1",
        "select 1 -- :a\n+ 1",
        "call p(a := 1)",
        "select json_object('k':v)",
        "select json_object('k' : v, 2:w)",
        "select a[1:2], b[:], c[1:], d[:2]",
    ],
)
def test_colons_that_are_no_parameters(sql: str) -> None:
    check(sql, sql)


@pytest.mark.parametrize(
    ("sql", "expected", "parameters"),
    [
        ("select a[i:j]", "select a[i:j]", []),
        ("select a[:i]", "select a[:i]", []),
        ("select a[ /* c */ :i]", "select a[ /* c */ :i]", []),
        ("select a[(:i)]", "select a[($1)]", ["i"]),
        ("select a[(:i):(:j)]", "select a[($1):($2)]", ["i", "j"]),
        ("select a[1: :i]", "select a[1: $1]", ["i"]),
        ("select a[:lo : :hi]", "select a[$1 : $2]", ["lo", "hi"]),
        ("select a[:lo:hi]", "select a[$1:hi]", ["lo"]),
        ("select a[1 + :i]", "select a[1 + $1]", ["i"]),
        ("select a[i::int:j]", "select a[i::int:j]", []),
        ("select a[f(:i):j]", "select a[f($1):j]", ["i"]),
        ("select a[1][:i]", "select a[1][:i]", []),
        ("select :a[1:2]", "select $1[1:2]", ["a"]),
        ("select :a![1:n]", "select $1[1:n]", ["a!"]),
        ("select (:a)[x:y]", "select ($1)[x:y]", ["a"]),
        ('select "a"[:i]', 'select "a"[:i]', []),
        ("select array[:a, :b]", "select array[$1, $2]", ["a", "b"]),
        ("select ARRAY [[:a], [:b]]", "select ARRAY [[$1], [$2]]", ["a", "b"]),
        ("select a[array[:i]:j]", "select a[array[$1]:j]", ["i"]),
        (
            "select a[case when b then :i end]",
            "select a[case when b then $1 end]",
            ["i"],
        ),
        ("select json_object('k': :v)", "select json_object('k': $1)", ["v"]),
    ],
)
def test_slices(sql: str, expected: str, parameters: list[str]) -> None:
    check(sql, expected, *parameters)


@pytest.mark.parametrize(
    ("sql", "expected", "parameters"),
    [
        ("select 1 limit:n", "select 1 limit $1", ["n"]),
        ("select :a!and b", "select $1 and b", ["a!"]),
        ("select :a!5", "select $1 5", ["a!"]),
        ("select :a'b'", "select $1'b'", ["a"]),
    ],
)
def test_placeholders_stay_tokens_of_their_own(
    sql: str, expected: str, parameters: list[str]
) -> None:
    check(sql, expected, *parameters)


def test_marks() -> None:
    source = SourceFile("queries/q.sql", "select :a, :b!, :c?, :a")
    (query,) = parse.query_file(source).queries
    assert [p.mark for p in query.parameters] == [
        Mark.INFER,
        Mark.NOT_NULL,
        Mark.NULLABLE,
    ]
    assert [s.text for p in query.parameters for s in p.spans] == [
        *(":a", ":a"),
        ":b!",
        ":c?",
    ]
