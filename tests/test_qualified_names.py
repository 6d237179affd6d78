"""What sqlgen asks a server names PostgreSQL's own objects with their schema.

Otherwise a schema of the search path may shadow them: a function or operator whose arguments fit
better, or anything at all if the search path names `pg_catalog` later.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen.parse.lexer import Kind, Token, tokens

PACKAGE = Path(__file__).parents[1] / "sqlgen"

SYNTAX = re.compile(
    r"all|any|array|as|cast|coalesce|exists|extract|filter|greatest|grouping|in|int|interval"
    r"|least|materialized|not|null|nullif|on|only|over|position|row|rows|select|set|some"
    r"|using|values|varchar|with|within",
    re.IGNORECASE,
)
"""Words before a parenthesis that are no functions."""

KEYWORDS = re.compile(
    r"bigint|bit|boolean|char|character|dec|decimal|double|float|int|integer|interval"
    r"|national|nchar|numeric|real|smallint|time|timestamp|varchar",
    re.IGNORECASE,
)
"""Types that are keywords of the grammar, and so always PostgreSQL's own (`SystemTypeName`, gram.y)."""

QUERY = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:SELECT|WITH|INSERT|UPDATE|DELETE|CREATE|FROM|JOIN|WHERE|AND|SET|LOCK)\s|\sFROM\s"
)
"""The start of a statement, or of a part of one."""


def statements(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the SQL in a module's strings, with the line of each; `{…}` of an f-string is `0`."""
    tree = ast.parse(path.read_text())
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    nested = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if node in docstrings or node in nested or not isinstance(node, ast.expr):
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(
                [
                    str(part.value) if isinstance(part, ast.Constant) else "0"
                    for part in node.values
                ]
            )
        if "`" in re.sub("--.*", "", text):  # words for people
            continue
        if QUERY.match(text) or (QUERY.search(text) and "pg_" in text):
            yield node.lineno, text


def unqualified(text: str) -> Iterator[tuple[int, str]]:
    """Yield the names of functions, relations and types in a statement that have no schema, with their places."""
    known = [t for t in tokens(text) if "COMMENT" not in t.kind.name]
    words = [t for t in known if t.kind is not Kind.SPACE]
    padded = [None, None, *words, None, None]
    for before, last, token, following in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        if token is None:
            continue
        word = text[token.start : token.end]
        left = of(text, last)
        if left == "." or (left == "::" and of(text, before) == "."):
            continue
        if token.kind is Kind.STRING:
            if of(text, following) == "::" and re.fullmatch(r"'pg_\w+'", word):
                yield token.start + 1, word
            continue
        if token.kind not in (Kind.WORD, Kind.QUOTED):
            continue
        right = of(text, following)
        if left == "::":
            if word != "pg_catalog" and not KEYWORDS.fullmatch(word):
                yield token.start, f"::{word}"
        elif following and right == "(" and following.start == token.end:
            is_syntax = SYNTAX.fullmatch(word) or KEYWORDS.fullmatch(word)
            is_name = not is_syntax and left not in ("AS", "INTO")
            if is_name and not UNNEST_SEVERAL.match(text, token.start):
                yield token.start, f"{word}("
        elif word.startswith("pg_") and word != "pg_catalog" and left in RELATIONS:
            yield token.start, word


UNNEST_SEVERAL = re.compile(r"unnest\([^(),]+,")
"""With several arrays it is syntax, and must not have a schema (`transformRangeFunction`, parse_clause.c)."""

RELATIONS = ("FROM", "JOIN", "UPDATE", "INTO", ",", "ONLY", "TABLE")


def of(text: str, token: Token | None) -> str:
    return text[token.start : token.end] if token else ""


OF_USERS = {
    "infer/columns/named_fields.py",
    "render/runtime/pages.py",
    "write/scaffold.py",
}
"""Modules that write into users' statements, whose own names have no schema either."""

MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if str(path.relative_to(PACKAGE)) not in OF_USERS
)


@pytest.mark.parametrize(
    "path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES]
)
def test_names_have_their_schema(path: Path) -> None:
    assert [
        f"{line}: {name}"
        for line, text in statements(path)
        for _, name in unqualified(text)
    ] == []
