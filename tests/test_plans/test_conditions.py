"""The text of conditions, as EXPLAIN prints it, is taken apart."""

import json

import pytest

from sqlgen.explain import Index, TableIndexes, read_plan, unserved_scans
from sqlgen.explain.conditions import (
    ConditionSides,
    columns_of,
    comparison,
    conjuncts,
    disjuncts,
    own_side_first,
    with_parameter_names,
    without_alias,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(t.a = 1)", ["t.a = 1"]),
        ("((t.a = 1) AND (t.b = 2))", ["t.a = 1", "t.b = 2"]),
        ("((t.a = 1) OR (t.b = 2))", ["(t.a = 1) OR (t.b = 2)"]),
        ("(t.alive AND (NOT t.gone))", ["t.alive", "NOT t.gone"]),
        ("(t.a = ') AND ('::text)", ["t.a = ') AND ('::text"]),
        ("(t.a = 'it''s AND '::text)", ["t.a = 'it''s AND '::text"]),
        (r"(t.a = E'\' AND '::text)", [r"t.a = E'\' AND '::text"]),
        ('(("odd AND)"."a b" = 1) AND (t.c = 2))', ['"odd AND)"."a b" = 1', "t.c = 2"]),
        ("(((t.a = 1) AND (t.b = 2)) AND t.c)", ["(t.a = 1) AND (t.b = 2)", "t.c"]),
        ("", []),
    ],
)
def test_conjuncts(text: str, parts: list[str]) -> None:
    assert list(conjuncts(text)) == parts


def test_disjuncts() -> None:
    assert disjuncts("(($1 IS NULL) OR (t.a = $1))") == ("$1 IS NULL", "t.a = $1")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("(t.a = t_1.b)", ("a",)),
        ("(t.a = t.b)", ("a", "b")),
        ("(t.f(t.a) = 1)", ("a",)),  # a function in a schema of the same name
        ("('t.a'::text = t.b)", ("b",)),
        ('("t"."A b" = 1)', ("A b",)),
        ("(x.t.a = 1)", ()),
    ],
)
def test_columns_of(text: str, columns: tuple[str, ...]) -> None:
    assert columns_of(text, "t") == columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(t.a = $1)", ConditionSides("t.a", "=", "$1")),
        ("((t.a)::text = $1)", ConditionSides("(t.a)::text", "=", "$1")),
        ("(t.a = ANY ($1))", ConditionSides("t.a", "=", "ANY ($1)")),
        ("(t.a IS NOT NULL)", ConditionSides("t.a", "IS NOT NULL", "")),
        ("(t.a >= ($1 - 3))", ConditionSides("t.a", ">=", "$1 - 3")),
        ("t.alive", None),
        ("f(t.a)", None),
    ],
)
def test_comparison(text: str, expected: ConditionSides | None) -> None:
    assert comparison(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1 = t.a", "t.a = $1"),
        ("$1 < t.a", "t.a > $1"),
        ("u.a = t.a", "t.a = u.a"),
        ("($1 + 1) = t.a", "t.a = ($1 + 1)"),
        ("$1 = ANY (t.tags)", "$1 = ANY (t.tags)"),
        ("$1 ~~ t.a", "$1 ~~ t.a"),
        ("t.a = t.b", "t.a = t.b"),
    ],
)
def test_own_side_first(text: str, expected: str) -> None:
    assert own_side_first(text, "t") == expected


def test_names() -> None:
    assert without_alias("t.a = u.t AND t_1.t.x", "t") == "a = u.t AND t_1.t.x"
    text = "a = $1 AND b = '$1' AND c = $2"
    assert with_parameter_names(text, {1: "x"}) == "a = :x AND b = '$1' AND c = $2"


def scan(kind: str, **fields: object) -> dict[str, object]:
    return {
        "Node Type": kind,
        "Relation Name": "t",
        "Schema": "public",
        "Alias": "t",
    } | {name.replace("_", " "): value for name, value in fields.items()}


INDEXES = TableIndexes(
    [
        Index(
            schema="public",
            table="t",
            name="t_a_b",
            parent=("public", "t_a_b"),
            method="btree",
            keys=("a", "b"),
            columns=("a", "b"),
            enforces=False,
            partial=False,
            definition="",
        )
    ],
    {},
    {("public", "t"): ("day",)},
)


@pytest.mark.parametrize(
    ("plan", "conditions"),
    [
        (scan("Seq Scan"), ()),
        (scan("Seq Scan", Filter="(t.c = $1)"), ("c = $1",)),
        (scan("Seq Scan", Filter="($1 = 3)"), ()),
        (scan("Seq Scan", Filter="(t.day = $1)"), ()),
        (scan("Index Scan", Index_Name="t_a_b", Index_Cond="(t.a = $1)"), ()),
        (scan("Index Scan", Index_Name="t_a_b", Index_Cond="(t.b = 1)"), ("b = 1",)),
        (scan("Index Only Scan", Index_Name="t_a_b", Filter="(t.b = 1)"), ("b = 1",)),
        (scan("CTE Scan", Filter="(t.c = 1)"), ()),
        (
            scan(
                "Bitmap Heap Scan",
                Recheck_Cond="(t.b = 1)",
                Plans=[
                    {
                        "Node Type": "Bitmap Index Scan",
                        "Index Name": "t_a_b",
                        "Index Cond": "(t.b = 1)",
                    }
                ],
            ),
            ("b = 1",),
        ),
    ],
)
def test_a_scan(plan: dict[str, object], conditions: tuple[str, ...]) -> None:
    node = read_plan(json.dumps([{"Plan": plan}]))
    assert [c for s in unserved_scans(node, INDEXES) for c in s.texts] == [*conditions]


def test_what_is_no_plan() -> None:
    for text in ("[]", "{}", '"x"'):
        with pytest.raises(ValueError, match="no plan"):
            read_plan(text)
    assert read_plan('["Utility Statement"]').children == ()
