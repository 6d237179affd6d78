"""The texts that a CHECK constraint allows; an unknown form allows any text."""

import pytest

from sqlgen.describe.check_literals import allowed_values, common_values


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("CHECK ((c = ANY (ARRAY['a'::text, 'b'::text])))", ("a", "b")),
        (
            "CHECK (((c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            ("a", "b"),
        ),
        (
            "CHECK (((c)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))",
            ("a", "b"),
        ),
        ("CHECK ((c = 'a'::text))", ("a",)),
        ("CHECK (((c)::text = 'a'::text)) NO INHERIT", ("a",)),
        ("CHECK (((c = 'a'::text) OR (c = 'b'::text)))", ("a", "b")),
        ("CHECK (((c IS NULL) OR (c = 'a'::text)))", ("a",)),
        ("CHECK (((c = ANY (ARRAY['b'::text, 'a'::text])) AND (d > 1)))", ("b", "a")),
        ("CHECK ((\"c\" = 'a'::text))", ("a",)),
        ("CHECK ((c = ANY (ARRAY['it''s'::text, E'a\\\\b'::text])))", ("it's", "a\\b")),
        (
            "CHECK ((c = ANY (ARRAY[') OR (c = '::text, ']'::text])))",
            (") OR (c = ", "]"),
        ),
        # Constraints that allow other texts, or may be about another column.
        ("CHECK (((c = 'a'::text) OR (d = 'b'::text)))", ()),
        ("CHECK (((c = 'a'::text) OR (length(c) > 3)))", ()),
        ("CHECK ((d = 'a'::text))", ()),
        ("CHECK ((c <> 'a'::text))", ()),
        ("CHECK ((c <> ALL (ARRAY['a'::text])))", ()),
        ("CHECK ((NOT (c = 'a'::text)))", ()),
        ("CHECK ((lower(c) = 'a'::text))", ()),
        ("CHECK ((c = 'a'::citext))", ()),
        ("CHECK ((c = 'a'::bpchar))", ()),
        ("CHECK ((c = ('a'::text COLLATE \"ci\")))", ()),
        ("CHECK ((c OPERATOR(app.=) 'a'::text))", ()),
        ("CHECK ((c = ANY (ARRAY['a'::text, NULL::text])))", ()),
        ("CHECK ((c = ANY (ARRAY['a'::text, d])))", ()),
        ("CHECK (CASE WHEN (d > 1) THEN (c = 'a'::text) ELSE true END)", ()),
        ("CHECK ((c = 'a'::text)) NOT VALID", ()),
        ("CHECK (true)", ()),
        ("CHECK ((c IS NULL))", ()),
    ],
)
def test_allowed(definition: str, expected: tuple[str, ...]) -> None:
    assert allowed_values(definition, "c") == expected


def test_both_of_two_constraints_hold() -> None:
    assert common_values(("a", "b", "c"), ("c", "b")) == ("b", "c")
    assert common_values((), ("a",)) == ("a",)
    assert common_values(("a",), ()) == ("a",)
