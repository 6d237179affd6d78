"""Where two trees differ, on trees made by hand."""

import pytest

from sqlgen.infer.tree import nodes
from sqlgen.infer.variants.comparison import differences

TREE = (
    "{QUERY :commandType 1 :hasAggs false :hasSubLinks true :rteperminfos ({RTEPERMISSIONINFO"
    " :relid 9 :requiredPerms 2 :selectedCols (b 8 9)}) :jointree {FROMEXPR :fromlist ({RANGETBLREF"
    " :rtindex 1}) :quals {BOOLEXPR :boolop and :args ({VAR :varattno 1 :location 30} {OPEXPR :opno 96"
    " :args ({VAR :varattno 2 :location 40} {PARAM :paramid 1 :location 44}) :location 42})"
    " :location 35}} :targetList ({TARGETENTRY :expr {VAR :varattno 3 :location 7} :resname a}"
    " {TARGETENTRY :expr {CONST :constvalue 1 [ 1 ] :location 9} :resname b}) :havingQual <>"
    " :constraintDeps <>}"
)
OPERATOR = TREE[TREE.index("{OPEXPR") : TREE.index(" :location 35")].rstrip(")")
TRUE = "{CONST :consttype 16 :constvalue 1 [ 1 0 0 0 0 0 0 0 ] :location 40}"


def places(after: str) -> list[str]:
    """Return the fields on the way to each difference."""
    before_tree, after_tree = nodes.query(TREE), nodes.query(after)
    assert before_tree is not None
    assert after_tree is not None
    found = differences(before_tree, after_tree)
    return [".".join(step.field for step in one.path) for one in found]


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [(":location 44", ":location 144"), (":location 9", ":location 10")],
        [("(b 8 9)", "<>"), (":hasSubLinks true", ":hasSubLinks false")],
        [(":constraintDeps <>", ":constraintDeps (o 1234)")],
        [(":requiredPerms 2", ":requiredPerms 10")],
    ],
)
def test_positions_and_what_follows_from_the_rest_are_no_difference(
    changes: list[tuple[str, str]],
) -> None:
    after = TREE
    for old, new in changes:
        after = after.replace(old, new)
    assert (after == TREE) == (not changes)
    assert places(after) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (OPERATOR, TRUE, ["jointree.quals.args"]),
        (":varattno 2", ":varattno 4", ["jointree.quals.args.args"]),
        (":paramid 1", ":paramid 2", ["jointree.quals.args.args"]),
        (":opno 96", ":opno 97", ["jointree.quals.args"]),
        (":boolop and", ":boolop or", ["jointree.quals"]),
        (":resname b", ":resname c", ["targetList"]),
        (":varattno 3", ":varattno 4", ["targetList.expr"]),
        ("[ 1 ]", "[ 2 ]", ["targetList.expr"]),
        (":relid 9", ":relid 8", ["rteperminfos"]),
        (":rtindex 1", ":rtindex 2", ["jointree.fromlist"]),
        (" {PARAM :paramid 1 :location 44}", "", ["jointree.quals.args"]),
        (":havingQual <>", f":havingQual {TRUE}", [""]),
        (":hasAggs false", ":hasAggs true", [""]),
        (":commandType 1", ":commandType 2", [""]),
    ],
)
def test_a_difference_is_where_the_trees_part(
    old: str, new: str, expected: list[str]
) -> None:
    assert old in TREE
    assert places(TREE.replace(old, new)) == expected


def test_each_difference_is_told() -> None:
    after = TREE.replace(":varattno 1", ":varattno 5").replace(
        ":resname b", ":resname c"
    )
    assert places(after) == ["jointree.quals.args", "targetList"]


def test_rows_are_grouped_by_having_even_without_aggregates() -> None:
    grouped = TREE.replace(":havingQual <>", f":havingQual {TRUE}")
    before = nodes.query(grouped.replace(":hasAggs false", ":hasAggs true"))
    after = nodes.query(grouped)
    assert before is not None
    assert after is not None
    assert differences(before, after) == ()
