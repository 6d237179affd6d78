"""Node trees are read whatever their fields are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlgen.infer.tree import nodes


def only(text: str) -> nodes.Node:
    node = nodes.query(text)
    assert node is not None
    return node


def test_fields_are_looked_up_by_name() -> None:
    node = only(
        "{VAR :varno 1 :varattno -2 :flag true :off false :none <> :location 12}"
    )
    assert node.tag == "VAR"
    assert node.number("varno") == 1
    assert node.number("varattno") == -2
    assert node.flag("flag")
    assert not node.flag("off")
    assert node.location == 12
    assert "none" in node
    assert "missing" not in node


def test_a_missing_or_null_field_is_empty() -> None:
    node = only("{X :none <>}")
    for name in ("none", "missing"):
        assert node.number(name) == 0
        assert not node.flag(name)
        assert node.string(name) == ""
        assert node.node(name) is None
        assert node.nodes(name) == ()
        assert node.lists(name) == ()
        assert node.numbers(name) == ()
        assert node.strings(name) == ()
        assert node.datum(name) == b""
    assert node.location == -1


def test_lists_of_numbers_oids_and_bit_sets() -> None:
    node = only("{X :a (i 1 -2) :b (o 23 25) :c (b 8) :d (b) :e <>}")
    assert [node.numbers(name) for name in "abcde"] == [(1, -2), (23, 25), (8,), (), ()]


def test_a_child_a_list_and_a_list_of_lists() -> None:
    node = only(
        "{X :one {A :n 1} :some ({A :n 2} <> {B :n 3 :deep {C :n 4}})"
        " :nested (({A :n 5} {A :n 6}) ({A :n 7})) :last 9}"
    )
    one = node.node("one")
    assert one is not None
    assert one.number("n") == 1
    assert [(item.tag, item.number("n")) for item in node.nodes("some")] == [
        ("A", 2),
        ("B", 3),
    ]
    assert [[a.number("n") for a in row] for row in node.lists("nested")] == [
        [5, 6],
        [7],
    ]
    assert node.number("last") == 9
    assert [n.tag for n in node.walk()] == ["X", "A", "A", "B", "C", "A", "A", "A"]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("plain", "plain"),
        (r"two\ words", "two words"),
        (r"a\{b\}\(c\)", "a{b}(c)"),
        (r"back\\slash", "back\\slash"),
        (r"\\\{", "\\{"),
        (r"\1st", "1st"),
        (r"\<>", "<>"),
        (":colon", ":colon"),
        (r"c:\ T", "c: T"),
        (r"a\ :b", "a :b"),
        ("naïve", "naïve"),
        ('""', ""),
    ],
)
def test_escapes_are_undone(printed: str, name: str) -> None:
    node = only("{ALIAS :aliasname " + printed + " :next 1}")
    assert node.string("aliasname") == name
    assert node.number("next") == 1


def test_names_in_a_list_are_unescaped_too() -> None:
    node = only(r'{ALIAS :colnames ("id" "two\ words" "" "a\(b\)")}')
    assert node.strings("colnames") == ("id", "two words", "", "a(b)")


def test_a_datum_is_its_bytes() -> None:
    node = only("{CONST :constvalue 4 [ 1 0 -1 0 ] :location 3}")
    assert node.datum("constvalue") == b"\x01\x00\xff\x00"
    assert node.location == 3


def test_a_stored_tree_is_a_list_of_one() -> None:
    assert only("({QUERY :commandType 1})").number("commandType") == 1
    assert nodes.query("<>") is None
    assert nodes.query("") is None


def test_sameness_ignores_places_and_spelling() -> None:
    a = only("{F :id 7 :funcformat 0 :args ({VAR :varno 1 :location 5}) :location 3}")
    b = only("{F :id 7 :funcformat 2 :args ({VAR :varno 1 :location 9}) :location 4}")
    c = only("{F :id 7 :funcformat 2 :args ({VAR :varno 2 :location 9}) :location 4}")
    assert a.same(b)
    assert not a.same(c)


def test_a_query_has_nodes_of_its_own_and_queries_within_it() -> None:
    text = "{QUERY :a {X :q {QUERY :b {Y} :c ({Z} {QUERY :d {V}})}} :e ({W} {QUERY})}"
    query = only(text)
    inner, last = query.queries
    [innermost] = inner.queries
    assert sorted(node.tag for node in query.own) == ["QUERY", "W", "X"]
    assert sorted(node.tag for node in inner.own) == ["QUERY", "Y", "Z"]
    assert sorted(node.tag for node in innermost.own) == ["QUERY", "V"]
    assert (last.own, last.queries) == ((last,), ())
    x = query.node("a")
    assert x is not None
    assert (x.own, x.queries) == ((x,), (inner,))


def test_the_same_columns_twice_are_told_apart_by_where_they_stand() -> None:
    first, second = only(
        "{X :args ({VAR :varno 1 :location 5} {VAR :varno 1 :location -1})}"
    ).nodes("args")
    assert first.same(second)
    assert (first.number("varno"), second.number("varno")) == (1, 1)
    assert (first.location, second.location) == (5, -1)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("{X :a 1 :location 7}", 7),
        ("{X :location 7 :a 1}", 7),
        ("{X :location 7 :args ({Y :location 8}) :a 1}", 7),
        ("{X :args ({Y :location 8}) :a 1}", -1),
        ("{X :args ({Y :location 8}) :a 1 :location 9}", 9),
        (r"{X :a :location :b 3}", -1),
        (r"{X :a :location :location 4}", 4),
    ],
)
def test_a_location_stands_last_or_in_the_midst(text: str, location: int) -> None:
    assert only(text).location == location


def test_a_name_that_looks_like_a_field_is_read_after_others_that_do_not() -> None:
    """The fields of the first say which ones the others have."""
    names = ["plain", ":next", ":aliasname", ":", "plain"]
    texts = [f"{{T :aliasname {name} :next 1 :list (b 1 2)}}" for name in names]
    texts += [f"{{T :aliasname {name} :next 1 :list <>}}" for name in names]
    nodes_read = [only(text) for text in texts]
    assert [node.string("aliasname") for node in nodes_read] == names * 2
    assert [node.number("next") for node in nodes_read] == [1] * 10
    assert [node.numbers("list") for node in nodes_read] == [(1, 2)] * 5 + [()] * 5


def test_nodes_of_one_tag_may_have_other_fields() -> None:
    assert only("{U :a 1 :b 2}").number("b") == 2
    assert only("{U :b 3 :a 4}").number("b") == 3
    assert only("{U :a 5}").number("a") == 5
    assert "b" not in only("{U :a 5}")
    assert only("{U}").number("a") == 0


def test_the_same_node_with_other_numbers() -> None:
    node = only("{VAR :varno 1 :varattno 0 :vartype -2 :varattnosyn 0 :location 3}")
    other = node.with_numbers(varattno=7, vartype=0)
    numbers = [other.number(n) for n in ("varno", "varattno", "vartype", "varattnosyn")]
    assert numbers == [1, 7, 0, 0]
    assert other.location == 3
    assert node.number("varattno") == 0


# Names as fields print them: what looks like a number, a null or a list's end is escaped
# (`outToken` in outfuncs.c).
names = st.text(st.sampled_from(':ab1 (){}[]\\\n\t<>"é'), min_size=1)
values = st.one_of(
    st.tuples(st.just("number"), st.integers(-9, 99)),
    st.tuples(st.just("flag"), st.booleans()),
    st.tuples(st.just("string"), names),
    st.tuples(st.just("strings"), st.lists(names, min_size=1).map(tuple)),
    st.tuples(st.just("numbers"), st.lists(st.integers(0, 9), min_size=1).map(tuple)),
    st.tuples(st.just("datum"), st.binary(min_size=1, max_size=8)),
    st.tuples(st.just("node"), st.integers(0, 9)),
    st.tuples(st.just("nodes"), st.lists(st.integers(0, 9), min_size=1).map(tuple)),
)


def escaped(name: str) -> str:
    first = "\\" if name[0] in '<"0123456789+-' else ""
    return first + re.sub(r"[ \n\t(){}\\]", r"\\\g<0>", name)


def printed(kind: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"{{C :n {value}}}" if kind == "node" else str(value)
        case str():
            return escaped(value)
        case bytes():
            return f"{len(value)} [ {' '.join(str(byte) for byte in value)} ]"
        case tuple() if kind == "nodes":
            return f"({' '.join(f'{{C :n {each}}}' for each in value)})"
        case tuple() if kind == "strings":
            quoted = [escaped("x" + each)[1:] for each in value]
            return "(" + " ".join(f'"{each}"' for each in quoted) + ")"
        case _:
            assert isinstance(value, tuple)
            return f"(i {' '.join(map(str, value))})"


def read(node: nodes.Node, name: str, kind: str) -> object:
    value = getattr(node, kind)(name)
    if kind == "nodes":
        return tuple(child.number("n") for child in value)
    return value.number("n") if kind == "node" else value


@given(
    st.lists(st.lists(values, max_size=6), min_size=1, max_size=3), st.integers(-1, 99)
)
def test_whatever_is_printed_is_read(
    prints: list[list[tuple[str, object]]], location: int
) -> None:
    """Also of several nodes of one tag, which share what is known of their fields."""
    texts = []
    for fields in prints:
        printed_fields = [f" :f{n} {printed(*field)}" for n, field in enumerate(fields)]
        texts.append(f"{{P{''.join(printed_fields)} :location {location}}}")
    children = only(f"{{X :args ({' '.join(texts)})}}").nodes("args")
    assert len(children) == len(prints)
    for node, fields in zip(children, prints, strict=True):
        assert node.location == location
        for number, (kind, value) in enumerate(fields):
            assert read(node, f"f{number}", kind) == value
