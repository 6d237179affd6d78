"""delimiters -> the parameters among them: `$1`, and most colons that a name follows.

These colons begin no parameter:

- A colon right after a string, a number, a quoted identifier, `]` or a parameter: no expression
  can begin there. The colon separates a key from its value (`JSON_OBJECT('k':v)`).
- In a subscript (a `[` after an operand) one colon separates the bounds of a slice: the first
  one after an operand, or else the one after the bracket. So `a[:n]` is the slice up to the
  column `n`, and `a[:lo::hi]` a cast; a parameter there is written `a[(:n)]`, or with the other
  bound: `a[1: :n]`, `a[:lo : :hi]`. `ARRAY[:a, :b]` is no subscript.
"""

import re
from collections.abc import Sequence

from .lexer import COMMENTS, WHITE_SPACE, Kind, Token


def parameter_tokens(
    text: str, tokens: Sequence[Token], first: int, end: int
) -> tuple[Token, ...]:
    """Return the parameters of the statement that ends at *end*.

    *tokens* are the delimiters of *text*, and `tokens[first]` is the first one in the statement.
    """
    indexes: list[int] = []
    # For each open bracket: the colons at its own level if it is a subscript, or else None.
    brackets: list[list[int] | None] = []
    slices: list[int] = []

    def close(inside: list[int] | None) -> None:
        if inside:
            after_operand = [
                n for n in inside if _operand_before(text, tokens, n, _BOUND)
            ]
            if after_operand or _opens(text, tokens, inside[0]):
                slices.append((after_operand or inside)[0])

    for index in range(first, len(tokens)):
        kind, begin, _ = tokens[index]
        if begin >= end:
            break
        if kind is Kind.OPEN:
            subscript = text[begin] == "[" and _operand_before(
                text, tokens, index, _SUBSCRIPTED
            )
            brackets.append([] if subscript else None)
        elif kind is Kind.CLOSE:
            close(brackets.pop() if brackets else None)
        elif kind is Kind.POSITIONAL:
            indexes.append(index)
        elif kind is Kind.NAMED or kind is Kind.COLON:
            inside = brackets[-1] if brackets else None
            if inside is not None:
                inside.append(index)
                indexes.append(index)
            elif kind is Kind.NAMED and (
                _BEFORE_PARAMETER.match(text, max(begin - 2, 0), begin)
                or not _operand_before(text, tokens, index, None)
            ):
                indexes.append(index)
    for inside in brackets:
        close(inside)
    parameters = [tokens[index] for index in indexes if index not in slices]
    return tuple([token for token in parameters if token.kind is not Kind.COLON])


# Most parameters follow one of these, which is quickly tested.
_BEFORE_PARAMETER = re.compile(r"[(,=<>] |.[(,]")


def _operand_before(
    text: str, tokens: Sequence[Token], index: int, not_operands: re.Pattern[str] | None
) -> bool:
    """Return whether an operand ends before the delimiter, ignoring comments and white space.

    With *not_operands*, all words but those count as operands, and so does `)`. Without it neither
    words nor `)` do, since an expression may follow both (`DISTINCT ON (a) :b`).
    """
    at = tokens[index].start
    while True:
        index -= 1
        floor = tokens[index].end if index >= 0 else 0
        stripped = text[floor:at].rstrip(WHITE_SPACE)
        if stripped or index < 0:
            break
        kind = tokens[index].kind
        if kind not in COMMENTS:
            if kind is Kind.CLOSE:
                return text[floor - 1] == "]" or not_operands is not None
            return kind in _OPERANDS
        at = tokens[index].start
    if not stripped:
        return False
    if stripped[-1] in "'\"":
        return True
    if word := _LAST_WORD.search(stripped):
        if word[0][0].isdecimal():
            return True
        return not_operands is not None and not not_operands.fullmatch(word[0])
    return False


_OPERANDS = frozenset({Kind.NAMED, Kind.POSITIONAL, Kind.DOLLAR})
_LAST_WORD = re.compile(r"[^\x00-#%-\-/:-@\[-\^`{-\x7f]+\Z")
"""Matches the letters (also outside ASCII), digits, `_`, `$` and `.` at the end."""
_SUBSCRIPTED = re.compile(r"(?i:array)")
_BOUND = re.compile(
    r"(?i:all|and|any|array|between|case|distinct|else|from|ilike|in|is|like|not|or|select"
    r"|similar|some|then|when|where)"
)
"""Matches a keyword that an expression follows."""


def _opens(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Return whether the colon is the first thing inside its bracket."""
    at = tokens[index].start
    while index:
        index -= 1
        if text[tokens[index].end : at].strip(WHITE_SPACE):
            return False
        if tokens[index].kind not in COMMENTS:
            return tokens[index].kind is Kind.OPEN
        at = tokens[index].start
    return False
