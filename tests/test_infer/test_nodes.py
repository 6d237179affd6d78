"""Node trees are read whatever their fields are."""

import pytest

from sqlgen.infer import nodes


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
        assert node.number(name, 7) == 7
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
