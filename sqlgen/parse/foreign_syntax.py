"""A statement -> what other tools' parameters in it are called here."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ..model.diagnostic import Diagnostic, Label
from ..model.source import SourceFile, Span
from .lexer import COMMENTS, NO_LETTER, Kind, Token, tokens

# The class of all first characters lets the search pass over the others quickly.
_SUSPECT = re.compile(rf"[@sS](?:(?<=@)[^{NO_LETTER}]|(?<!@)(?i:qlc)\s*\.)")
_CALL = re.compile(
    r"sqlc\s*\.\s*(?P<function>arg|narg|slice|embed)\s*\(\s*(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)\s*\)",
    re.IGNORECASE,
)
_INSTEAD = {
    "arg": ":{0}",
    "narg": ":{0}?",
    "slice": "= ANY(:{0})",
    "embed": "{0}.*",
}


def foreign_parameters(
    source: SourceFile, start: int, end: int
) -> tuple[Diagnostic, ...]:
    """What looks like another tool's parameter in the statement `source.text[start:end]`.

    That is `@name`, which PostgreSQL reads as the operator `@`, the absolute value, before a column,
    and the functions that sqlc has for parameters.
    """
    if not _SUSPECT.search(source.text, start, end):
        return ()
    found = [
        Token(kind, start + first, start + last)
        for kind, first, last in tokens(source.text[start:end])
        if kind is not Kind.STRING and kind not in COMMENTS
    ]
    return (*_at_signs(source, found), *_calls(source, found, end))


def _at_signs(source: SourceFile, found: list[Token]) -> Iterator[Diagnostic]:
    text = source.text
    for token, word in pairwise(found):
        if token.kind is not Kind.OPERATOR or word.kind is not Kind.WORD:
            continue
        # `=@` is no operator of PostgreSQL's, while `<@` and `@@` are.
        if text[token.start : token.end] in ("@", "=@") and token.end == word.start:
            name = text[word.start : word.end]
            yield Diagnostic(
                code="at-parameter",
                message=f"`@{name}` is the operator `@` (absolute value) before `{name}`",
                label=Label(Span(source, token.end - 1, word.end)),
                hint=f"write `:{name}` (for the absolute value write `abs({name})`)",
            )


def _calls(source: SourceFile, found: list[Token], end: int) -> Iterator[Diagnostic]:
    for token in found:
        call = _CALL.match(source.text, token.start, end)
        if token.kind is Kind.WORD and call:
            instead = _INSTEAD[call["function"].lower()].format(call["name"])
            yield Diagnostic(
                code="sqlc-function",
                message=f"`sqlc.{call['function']}` is known to sqlc alone",
                label=Label(Span(source, *call.span())),
                hint=f"write `{instead}`",
            )
