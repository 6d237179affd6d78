"""statement -> errors for the parameter syntax of other tools in it."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ..model.diagnostic import Diagnostic, Label
from ..model.source import SourceFile, Span
from .lexer import COMMENTS, NO_LETTER, Kind, Token, tokens

# The class of possible first characters lets the search skip all others quickly.
_SUSPECT = re.compile(rf"[@sS](?:(?<=@)[^{NO_LETTER}]|(?<!@)(?i:qlc)\s*\.)")
_CALL = re.compile(
    r"sqlc\s*\.\s*(?P<function>arg|narg|slice|embed)\s*\(\s*(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)\s*\)",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(r"\s*[.(]")
_INSTEAD = {
    "arg": ":{0}",
    "narg": ":{0}?",
    "slice": "= ANY(:{0})",
    "embed": "{0}",
}


def foreign_parameters(
    source: SourceFile, start: int, end: int
) -> tuple[Diagnostic, ...]:
    """Return an error for each of another tool's parameters in `source.text[start:end]`.

    These are `@name`, which PostgreSQL reads as its operator `@` (absolute value) before a column,
    and sqlc's functions for parameters, such as `sqlc.arg(name)`.
    """
    if not _SUSPECT.search(source.text, start, end):
        return ()
    code = [
        Token(kind, start + first, start + last)
        for kind, first, last in tokens(source.text[start:end])
        if kind is not Kind.STRING and kind not in COMMENTS
    ]
    return (*_at_signs(source, code), *_calls(source, code, end))


def _at_signs(source: SourceFile, code: list[Token]) -> Iterator[Diagnostic]:
    text = source.text
    for token, word in pairwise(code):
        if token.kind is not Kind.OPERATOR or word.kind is not Kind.WORD:
            continue
        # A qualified name (`@t.x`) or a call (`@f(x)`) is no parameter of any tool's.
        if _QUALIFIED.match(text, word.end):
            continue
        # PostgreSQL has the operators `<@` and `@@`, but no `=@`.
        if text[token.start : token.end] in ("@", "=@") and token.end == word.start:
            name = text[word.start : word.end]
            yield Diagnostic(
                code="at-parameter",
                message=f"`@{name}` is the operator `@` (absolute value) before `{name}`",
                label=Label(Span(source, token.end - 1, word.end)),
                hint=f"write `:{name}` (for the absolute value write `abs({name})`)",
            )


def _calls(source: SourceFile, code: list[Token], end: int) -> Iterator[Diagnostic]:
    for token in code:
        call = _CALL.match(source.text, token.start, end)
        if token.kind is Kind.WORD and call:
            instead = _INSTEAD[call["function"].lower()].format(call["name"])
            yield Diagnostic(
                code="sqlc-function",
                message=f"`sqlc.{call['function']}` is known only to sqlc",
                label=Label(Span(source, *call.span())),
                hint=f"write `{instead}`; `sqlgen import sqlc` translates whole files",
            )
