"""Tests of the lexer for each Python that sqlgen supports: 3.11.0 to 3.11.4 mismatch some patterns."""

import ast
from pathlib import Path

import pytest

import sqlgen
from sqlgen.parse.lexer import Kind, delimiters, tokens

TEXT = """\
-- name: a :many
SELECT 'it''s', "a""b", E'\\'', 1.5e-3 <= x.y FROM t /* a * / b */ WHERE i = :i -- why
  AND j = 'a'
  'b''c';
-- name: b :exec
DELETE FROM t WHERE k <@ $$;$$ AND l = :l!;
"""


def test_delimiters() -> None:
    assert [(k, TEXT[start:end]) for k, start, end in delimiters(TEXT)] == [
        (Kind.LINE_COMMENT, "-- name: a :many"),
        (Kind.BLOCK_COMMENT, "/* a * / b */"),
        (Kind.NAMED, ":i"),
        (Kind.LINE_COMMENT, "-- why"),
        (Kind.SEMICOLON, ";"),
        (Kind.LINE_COMMENT, "-- name: b :exec"),
        (Kind.DOLLAR, "$$;$$"),
        (Kind.NAMED, ":l!"),
        (Kind.SEMICOLON, ";"),
        (Kind.END, ""),
    ]


@pytest.mark.parametrize(
    "text", ["'a''b", "'a''", "E'a''b", "E'a\\'", '"a""b', 'U&"a""', "'a'\n'b''c"]
)
def test_a_doubled_quote_does_not_end_an_unterminated_string(text: str) -> None:
    ends = [(token.kind, token.end) for token in tokens(text)]
    assert ends[-1] == (Kind.UNTERMINATED, len(text))


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Before Python 3.11.5 such patterns mismatch if the group has alternatives."""
    patterns = [
        (file.name, node.lineno)
        for file in Path(sqlgen.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(sign in node.value for sign in (")*+", ")++", ")?+"))
    ]
    assert patterns == []
