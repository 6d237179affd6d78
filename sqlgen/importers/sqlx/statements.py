"""The text of a query of SQLx -> a statement in sqlgen's words."""

import re
from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import Final

from ...parse.lexer import Kind, Token
from ..sql_text import Edit, code_tokens, edited

_OVERRIDE: Final = re.compile(
    r'"(?P<name>[^":!?]+)(?P<mark>[!?]?)\s*:\s*(?P<type>[^"]+)"'
)
_OF_SQLGEN: Final = re.compile(
    r"_|(?:Option<)?(?:Vec<)?(?:(?:\w+::)*(?:String|bool|[iu](?:8|16|32|64)|f32|f64|Uuid|Decimal|BigDecimal|Value|JsonValue"
    r"|(?:Naive|Primitive|Offset)?Date(?:Time)?(?:<(?:\w+::)*\w+>)?|(?:Naive)?Time|IpNetwork|PgInterval))>?>?"
)
"""The types of Rust whose counterparts in Python sqlgen takes by itself."""


def statement(text: str, names: Mapping[int, str]) -> tuple[str, tuple[str, ...]]:
    """Return the query *text* with `:name` for each `$n` that has a name, and without types of Rust.

    The second value are the overrides whose types are the user's own, as they were written.
    """
    code = code_tokens(text)
    while code and code[-1].kind is Kind.SEMICOLON:
        code.pop()
    if not code:
        return "", ()
    own: list[str] = []
    edits = [*_parameters(text, code, names), *_overrides(text, code, own)]
    end = code[-1].end
    return _dedented(edited(text[:end], edits)), tuple(own)


def _parameters(
    text: str, code: list[Token], names: Mapping[int, str]
) -> Iterator[Edit]:
    if not names:
        return
    for token in code:
        if token.kind is Kind.POSITIONAL:
            number = int(text[token.start + 1 : token.end][:9])
            name = names.get(number, f"arg{number}")
            yield Edit(token.start, token.end, f":{name}")


def _overrides(text: str, code: list[Token], own: list[str]) -> Iterator[Edit]:
    for token in code:
        if token.kind is not Kind.QUOTED:
            continue
        match = _OVERRIDE.fullmatch(text[token.start : token.end])
        if match is None:
            continue
        if not _OF_SQLGEN.fullmatch(match["type"].replace(" ", "")):
            own.append(text[token.start + 1 : token.end - 1])
        yield Edit(token.start, token.end, f'"{match["name"]}{match["mark"]}"')


def _dedented(text: str) -> str:
    """Return *text* without the indentation of its lines, unless a string has more than one line."""
    if any("\n" in text[t.start : t.end] for t in code_tokens(text)):
        return text.strip()
    first, newline, rest = text.lstrip("\r\n").partition("\n")
    if first[:1].isspace():
        return dedent(first + newline + rest).strip()
    return first + newline + dedent(rest)
