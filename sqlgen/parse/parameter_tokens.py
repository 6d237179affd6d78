"""delimiters -> those that are parameters: `$1`, and most of the colons with a name behind them.

The colons that are none:

- A colon right behind a string, a number, a quoted identifier, `]` or a parameter: no expression
  can begin there. It separates a key from its value (`JSON_OBJECT('k':v)`).
- In a subscript (a `[` behind an operand) one colon separates the bounds of a slice: the first
  one behind an operand, or else the one behind the bracket. So `a[:n]` is the slice up to the
  column `n`, and `a[:lo::hi]` a cast; a parameter there is written `a[(:n)]`, or with the other
  bound: `a[1: :n]`, `a[:lo : :hi]`. `ARRAY[:a, :b]` is no subscript.
"""

import re
from collections.abc import Sequence

from .lexer import COMMENTS, WHITE_SPACE, Kind, Token


def parameter_tokens(
    text: str, marks: Sequence[Token], first: int, end: int
) -> tuple[Token, ...]:
    """The delimiters that are parameters, of the statement that ends at *end*.

    *marks* are delimiters of *text*, `marks[first]` the first one of the statement.
    """
    places: list[int] = []
    # For each open bracket: None, or the colons of a subscript at its own level.
    brackets: list[list[int] | None] = []
    colons: list[int] = []

    def leave(inside: list[int] | None) -> None:
        if inside:
            behind = [n for n in inside if _operand_before(text, marks, n, _BOUND)]
            if behind or _opens(text, marks, inside[0]):
                colons.append((behind or inside)[0])

    for index in range(first, len(marks)):
        kind, begin, _ = marks[index]
        if begin >= end:
            break
        if kind is Kind.OPEN:
            subscript = text[begin] == "[" and _operand_before(
                text, marks, index, _SUBSCRIPTED
            )
            brackets.append([] if subscript else None)
        elif kind is Kind.CLOSE:
            leave(brackets.pop() if brackets else None)
        elif kind is Kind.POSITIONAL:
            places.append(index)
        elif kind is Kind.NAMED or kind is Kind.COLON:
            inside = brackets[-1] if brackets else None
            if inside is not None:
                inside.append(index)
                places.append(index)
            elif kind is Kind.NAMED and (
                _BEFORE_PARAMETER.match(text, max(begin - 2, 0), begin)
                or not _operand_before(text, marks, index, None)
            ):
                places.append(index)
    for inside in brackets:
        leave(inside)
    found = [marks[index] for index in places if index not in colons]
    return tuple([mark for mark in found if mark.kind is not Kind.COLON])


# Most parameters stand behind one of these, and that is seen at a glance.
_BEFORE_PARAMETER = re.compile(r"[(,=<>] |.[(,]")


def _operand_before(
    text: str, marks: Sequence[Token], index: int, not_operands: re.Pattern[str] | None
) -> bool:
    """Whether an operand ends before the delimiter, comments and white space apart.

    Of words all but *not_operands* count as one, and so does `)`; without *not_operands* neither
    does: a keyword and a list in parentheses (`DISTINCT ON (a)`) have expressions after them.
    """
    at = marks[index].start
    while True:
        index -= 1
        floor = marks[index].end if index >= 0 else 0
        stripped = text[floor:at].rstrip(WHITE_SPACE)
        if stripped or index < 0:
            break
        kind = marks[index].kind
        if kind not in COMMENTS:
            if kind is Kind.CLOSE:
                return text[floor - 1] == "]" or not_operands is not None
            return kind in _OPERANDS
        at = marks[index].start
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
"""Letters (those outside ASCII as well), digits, `_`, `$` and `.` at the end."""
_SUBSCRIPTED = re.compile(r"(?i:array)")
_BOUND = re.compile(
    r"(?i:all|and|any|array|between|case|distinct|else|from|ilike|in|is|like|not|or|select"
    r"|similar|some|then|when|where)"
)
"""Keywords that an expression follows."""


def _opens(text: str, marks: Sequence[Token], index: int) -> bool:
    """Whether nothing stands between the colon and its bracket."""
    at = marks[index].start
    while index:
        index -= 1
        if text[marks[index].end : at].strip(WHITE_SPACE):
            return False
        if marks[index].kind not in COMMENTS:
            return marks[index].kind is Kind.OPEN
        at = marks[index].start
    return False
