"""Replacements in the text of a statement, by its tokens."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from ..parse.lexer import TRIVIA, Kind, Token, tokens

_OPERATOR_CHARACTERS: Final = frozenset("~!@#^&|`?+-*/%<>=")


class Edit(NamedTuple):
    """The characters `[start:end]` become *text*."""

    start: int
    end: int
    text: str


def code_tokens(text: str) -> list[Token]:
    """Return the tokens of *text* without comments and white space."""
    return [token for token in tokens(text) if token.kind not in TRIVIA]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return *text* with the *edits*, which do not overlap, and with spaces where two words would touch.

    A parameter that ends in `?` or `!` is kept apart from an operator, which would take that in.
    """
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        before, after = text[position:start], text[end : end + 1]
        pieces.append(before)
        last = before[-1:] or (pieces[-2][-1:] if len(pieces) > 1 else "")
        if new and last and _touch(last, new[0]):
            pieces.append(" ")
        pieces.append(new)
        if new and after and _touch(new[-1], after):
            pieces.append(" ")
        position = end
    return "".join([*pieces, text[position:]])


def _touch(left: str, right: str) -> bool:
    """Return whether two characters side by side would belong to one token."""
    if left == ":":
        return right in ":="
    if left in _OPERATOR_CHARACTERS:
        return right in _OPERATOR_CHARACTERS
    return _is_word(left) and _is_word(right)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"


def is_word(text: str, token: Token, word: str) -> bool:
    """Return whether the *token* is that keyword, in small or capital letters."""
    return token.kind is Kind.WORD and text[token.start : token.end].lower() == word
