"""The orders that `-- sqlgen: order` describes, and the statement with the first key in place."""

import pytest

from sqlgen import parse
from sqlgen.lockfile import fingerprint
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.order import Order
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile

STATEMENT = "SELECT a, b FROM t WHERE c = :c ORDER BY :sort, id LIMIT :most"


def query(*directives: str, statement: str = STATEMENT, doc: str = "") -> Query:
    head = "".join(f"-- sqlgen: {directive}\n" for directive in directives)
    source = SourceFile("queries/q.sql", f"-- name: q :many\n{head}{doc}{statement}")
    (parsed,) = parse.query_file(source).queries
    return parsed


def order(keys: str, statement: str = STATEMENT) -> Order:
    parsed = query(f"order sort by {keys}", statement=statement).order
    assert parsed is not None
    return parsed


def errors(*directives: str, statement: str = STATEMENT) -> tuple[Diagnostic, ...]:
    with pytest.raises(SqlgenError) as caught:
        query(*directives, statement=statement)
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("keys", "choices"),
    [
        ("a", {"a": "a", "-a": "a DESC"}),
        ("a asc", {"a": "a"}),
        ("a desc", {"a": "a DESC"}),
        ("A DESC", {"a": "A DESC"}),
        ("a nulls first", {"a": "a NULLS FIRST", "-a": "a DESC NULLS FIRST"}),
        ("a desc Nulls LAST", {"a": "a DESC NULLS LAST"}),
        ("a|b desc", {"a": "a", "-a": "a DESC", "b": "b DESC"}),
        ('"A b"', {"A b": '"A b"', "-A b": '"A b" DESC'}),
        ('"a""|\'\\"', {"a\"|'\\": '"a""|\'\\"', "-a\"|'\\": '"a""|\'\\" DESC'}),
        ("n = lower(a) desc", {"n": "(lower(a)) DESC"}),
        ("n = a | b", {"n": "(a)", "-n": "(a) DESC", "b": "b", "-b": "b DESC"}),
        ("n = a || b desc", {"n": "(a || b) DESC"}),
        ("n = (a | b) asc", {"n": "(a | b)"}),
        ("n = (a) + (b) asc", {"n": "((a) + (b))"}),
        ("n = a[1] asc", {"n": "(a[1])"}),
        ("n = a = 'x|y' asc", {"n": "(a = 'x|y')"}),
        ("n = $$ | $$ || a asc", {"n": "($$ | $$ || a)"}),
        ('n = a COLLATE "C" asc', {"n": '(a COLLATE "C")'}),
        ("n = a::text asc", {"n": "(a::text)"}),
        ("größe = a asc", {"größe": "(a)"}),
        ("'a' | b", None),
        ("a b", None),
        ("a.b", None),
        ("a + b", None),
        ("a |", None),
        ("", None),
        ("| a", None),
        ("a | a", None),
        ('a | "a"', None),
        ("n =", None),
        ("n = 2", None),
        ("n = (2)", None),
        ("n = a; DROP TABLE t", None),
        ("n = a) , (b", None),
        ("n = (a", None),
        ("n = 'a", None),
        ("n = /* a", None),
        ("n = a + :c", None),
        ("n = a + $1", None),
        ('"-a"', None),
        ('"" = a', None),
        ('U&"a"', None),
        ("nulls last", None),
        ("up to 0 of a", None),
        ("up to 2 of a", None),
    ],
)
def test_keys(keys: str, choices: dict[str, str] | None) -> None:
    if choices is not None:
        assert dict(order(keys).choices) == choices
        return
    assert {error.code for error in errors(f"order sort by {keys}")} == {"bad-order"}


def test_the_first_key_stands_in_the_place_of_the_parameter() -> None:
    parsed = query("optional c", "order sort by n = lower(a) desc | b")
    assert parsed.sql.text == (
        "SELECT a, b FROM t WHERE c = $1 ORDER BY (lower(a)) DESC, id LIMIT $2"
    )
    assert [(p.name, p.number) for p in parsed.parameters] == [("c", 1), ("most", 2)]
    order = parsed.order
    assert order is not None
    assert parsed.sql.text[order.start : order.end] == "(lower(a)) DESC"
    assert order.in_place(parsed.sql.text, "b").endswith("ORDER BY b, id LIMIT $2")
    assert [parsed.sql.text[p.start : p.end] for p in parsed.parts] == ["c = $1"]


@pytest.mark.parametrize("first", ["a", "n = (a) + b", "a_b desc nulls last", '"a"'])
def test_places_in_the_key_are_those_in_the_directive(first: str) -> None:
    parsed = query(f"order sort by {first} | c")
    file, text = parsed.sql.source.text, parsed.sql.text
    order = parsed.order
    assert order is not None
    expression = first.split("= ")[-1].split(" desc")[0]
    start = text.index(expression, order.start)
    for place in range(start, start + len(expression)):
        assert file[parsed.sql.to_source(place)] == text[place]
    after = text.index(", id LIMIT")
    assert file[parsed.sql.to_source(after) :].startswith(", id LIMIT")
    assert file[parsed.sql.to_source(len(text) - 1) :] == ":most"


def test_placeholders_after_the_order_are_renumbered() -> None:
    names = [f"p{n}" for n in range(1, 9)]
    items = ", ".join(f":{name}" for name in names)
    parsed = query(
        "order sort by a",
        statement=f"WITH t AS (SELECT :z, {items}) SELECT a FROM t ORDER BY :sort LIMIT :m + :n",
    )
    assert parsed.sql.text.endswith("ORDER BY a LIMIT $10 + $11")
    for placeholder in parsed.sql.placeholders:
        text = parsed.sql.text[placeholder.start : placeholder.end]
        assert text == f"${placeholder.number}"
        source = parsed.sql.to_source(placeholder.start)
        names_by_place = {s.start: p.number for p in parsed.parameters for s in p.spans}
        assert names_by_place[source] == placeholder.number


def test_a_column_with_an_override_is_sorted_by_its_whole_name() -> None:
    statement = 'SELECT f(a) AS "a!", b AS "b: int" FROM t ORDER BY :sort'
    assert dict(order("a asc | b asc", statement).choices) == {
        "a": '"a!"',
        "b": '"b: int"',
    }


@pytest.mark.parametrize(
    "end",
    [
        "ORDER BY :sort",
        "ORDER BY id, :sort",
        "ORDER BY (id), :sort LIMIT 1",
        "ORDER BY id NULLS FIRST, :sort -- the end\n",
        "GROUP BY a ORDER BY array_agg(b ORDER BY c), :sort OFFSET 1",
        "ORDER BY :sort FETCH FIRST ROW ONLY",
        "order by:sort for update",
    ],
)
def test_places_where_the_order_may_stand(end: str) -> None:
    assert (
        "n desc"
        in query(
            "order sort by n desc", statement=f"SELECT a FROM t {end}"
        ).sql.text.lower()
    )


@pytest.mark.parametrize(
    "end",
    [
        "ORDER BY :sort DESC",
        "ORDER BY :sort NULLS LAST",
        "ORDER BY :sort::text",
        "ORDER BY :sort + 1",
        "ORDER BY lower(:sort)",
        "ORDER BY (:sort)",
        "ORDER BY -:sort",
        "ORDER BY a LIMIT :sort",
        "ORDER BY a OFFSET 1, :sort",
        "GROUP BY :sort",
        "GROUP BY a, :sort",
        "WHERE a = :sort ORDER BY a",
        "WHERE a = (SELECT b FROM t ORDER BY :sort) ORDER BY a",
        "ORDER BY :sort, :sort",
        "WHERE a = :sort ORDER BY :sort",
        "ORDER BY :sort?",
        "ORDER BY :sort!",
    ],
)
def test_places_where_the_order_may_not_stand(end: str) -> None:
    [error] = errors("order sort by n", statement=f"SELECT a FROM t {end}")
    assert error.code == "misplaced-order"
    assert error.label is not None
    assert error.label.span.text.startswith(":sort")


@pytest.mark.parametrize(
    "directive",
    ["order", "order sort", "order sort a", "order by a", "order sort by up to x of a"],
)
def test_a_directive_without_its_form(directive: str) -> None:
    [error] = errors(directive)
    assert error.code == "bad-order"


def test_there_is_one_order() -> None:
    [error] = errors("order sort by a", "order most by b")
    assert (error.code, error.label and error.label.span.text) == (
        "bad-order",
        "-- sqlgen: order most by b",
    )


def test_the_order_is_one_of_the_parameters() -> None:
    [error] = errors("order sortt by a")
    assert (error.code, error.hint) == ("unknown-parameter", "write `sort`")


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        ("a", 2),
        ("a | b desc", 3),
        ("up to 1 of a | b desc", 3),
        ("up to 2 of a | b", 4 + 8),
        ("up to 2 of a | b desc | c", 5 + 2 * (2 + 4 + 2)),
    ],
)
def test_count(keys: str, count: int) -> None:
    assert order(keys).count == count


def test_fingerprints_tell_orders_apart() -> None:
    keys = [
        "a | b",
        "a | c",
        "a | b desc",
        "a | b asc",
        "a desc | b",
        "a nulls first | b",
        "up to 2 of a | b",
        "up to 1 of a | b",
        "b | a",
        "n = a | b",
        "n = a + 1 | b",
    ]
    found = {fingerprint(query(f"order sort by {each}")) for each in keys}
    assert len(found) == len(keys)


def test_a_fingerprint_does_not_depend_on_comments() -> None:
    plain = fingerprint(query("order sort by a | b"))
    assert fingerprint(query("order sort by a | b", doc="-- More.\n")) == plain
