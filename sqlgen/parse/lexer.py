"""text -> tokens, by PostgreSQL's lexical rules (manual 4.1; src/backend/parser/scan.l).

The same rules are used in two ways. `tokens` gives every token and covers the text exactly.
`delimiters` gives only the tokens that tell where statements and parameters begin and end; it skips
the rest inside one regular expression, which is about ten times faster.

Each rule can match in one way only, so backtracking never takes long. Quantifiers of single
characters are possessive. Those of groups must not be, since Python before 3.11.5 has a bug in them
(gh-106052); `(?!'')` keeps a doubled quote together instead. Block comments nest, which a regular
expression cannot follow; `_nested_end` reads the nested ones. A string, comment or quoted identifier
that never ends is one token up to the end of the text; the caller reports it at its start.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

WHITE_SPACE = " \t\n\r\f\v"
"""The characters of `space` in scan.l; Python's `str.isspace` accepts more."""

NO_LETTER = r"\x00-@\[-\^`{-\x7f"
"""The characters that no identifier begins with, for a character class; all others are letters.

Classes negate it, since one with a range up to the last Unicode character takes a hundred times as
long to compile.
"""


class Kind(StrEnum):
    """The kinds of tokens; `NAMED` and `END` are given only by `delimiters`."""

    SPACE = "space"
    LINE_COMMENT = "line_comment"
    BLOCK_COMMENT = "block_comment"
    STRING = "string"
    DOLLAR = "dollar"
    QUOTED = "quoted"
    WORD = "word"
    NUMBER = "number"
    POSITIONAL = "positional"
    OPERATOR = "operator"
    COLON = "colon"
    SEMICOLON = "semicolon"
    OPEN = "open"
    CLOSE = "close"
    SYMBOL = "symbol"
    OTHER = "other"
    UNTERMINATED = "unterminated"

    NAMED = "named"
    END = "end"


class Token(NamedTuple):
    """The characters `text[start:end]`."""

    kind: Kind
    start: int
    end: int


def tokens(text: str, position: int = 0) -> Iterator[Token]:
    """Return all tokens of *text*, including white space and comments, in order and without gaps.

    They are those from *position* on, at which a token must begin.
    """
    return _read(_token(), text, position)


def delimiters(text: str, position: int = 0) -> Iterator[Token]:
    """Return the tokens of *text* that delimit queries, statements and parameters, from *position* on.

    They are comments, brackets, semicolons, single colons, `$1`, dollar-quoted strings and what is
    never closed. A colon with a name right after it is one `Kind.NAMED`, together with a mark `!` or
    `?` right after the name, unless that begins a longer operator, and a mark of elements, `[!]` or
    `[?]`. The last one is `Kind.END`.
    """
    return _read(_DELIMITER, text, position)


COMMENTS = frozenset({Kind.LINE_COMMENT, Kind.BLOCK_COMMENT})
TRIVIA = COMMENTS | {Kind.SPACE}


def _read(pattern: re.Pattern[str], text: str, position: int) -> Iterator[Token]:
    kinds = _KINDS
    while position <= len(text):
        for match in pattern.finditer(text, position):
            group = match.lastgroup or ""
            start, end = match.span(group)
            if group == "signs":
                yield from [Token(Kind.OPERATOR, n, n + 1) for n in range(start, end)]
                continue
            kind = kinds[group]
            if group == "unterminated":
                if text.startswith("/*", start) and (end := _nested_end(text, start)):
                    yield Token(Kind.BLOCK_COMMENT, start, end)
                    position = end
                    break
                yield Token(kind, start, len(text))
                if pattern is _DELIMITER:
                    yield Token(Kind.END, len(text), len(text))
                return
            yield Token(kind, start, end)
            if kind is Kind.END:
                return
        else:
            return


def _nested_end(text: str, start: int) -> int:
    """Return where the block comment at *start* ends, or 0 if it never does."""
    depth = 0
    for match in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return 0


_COMMENT_EDGE = re.compile(r"/\*|\*/")

_NO_LETTER_NOR_DIGIT = r"\x00-/:-@\[-\^`{-\x7f"
_NOT_IN_WORD = r"\x00-#%-/:-@\[-\^`{-\x7f"
_OPERATOR_CHARACTER = r"~!@#^&|`?+\-*/%<>="

_SPACE = r"[ \t\n\r\f\v]++"
_LINE_COMMENT = r"--[^\n\r]*+"
_FLAT_BLOCK_COMMENT = r"/\*[^*/]*+(?:(?:\*(?!/)|/(?!\*))[^*/]*+)*\*/"

# String constants that only white space with a newline separates are one constant.
_CONTINUATION = (
    r"(?:[ \t\f\v]|--[^\n\r]*+)*[\n\r](?:[ \t\n\r\f\v]++|--[^\n\r]*+[\n\r])*'"
)


def _quoted(prefix: str, body: str) -> str:
    return rf"{prefix}'{body}'(?:{_CONTINUATION}{body}')*"


_STRING = "|".join(
    (
        _quoted(r"(?:[nN]|[uU]&)?", r"[^']*+(?:''[^']*+)*(?!'')"),
        _quoted(r"[eE]", r"[^'\\]*+(?:(?:''|\\[\s\S])[^'\\]*+)*(?!'')"),
        _quoted(r"[bBxX]", r"[^']*+"),
    )
)
_QUOTED_IDENTIFIER = r'(?:[uU]&)?"[^"]*+(?:""[^"]*+)*(?!"")"'
_TAG = rf"(?:[^{NO_LETTER}][^{_NO_LETTER_NOR_DIGIT}]*+)?"
_DOLLAR = rf"\$(?P<tag>{_TAG})\$[\s\S]*?\$(?P=tag)\$"

# A letter right before a quote is the string's prefix even if the string never ends.
_WORD = rf"""(?!(?:[bBeEnNxX]|[uU]&)'|[uU]&")[^{NO_LETTER}][^{_NOT_IN_WORD}]*+"""

_INTEGER = r"[0-9]++(?:_[0-9]++)*"
_NUMBER = (
    r"0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    rf"|(?:{_INTEGER}(?:\.(?!\.)(?:{_INTEGER})?)?|\.{_INTEGER})(?:[eE][+-]?+{_INTEGER})?"
)

# Signs alone are one operator each. They are read together: an operator of several characters, which
# would be looked for from each sign anew, begins with none of them.
_SIGNS = rf"(?:(?!--)[+\-])+(?=--|/\*|[^{_OPERATOR_CHARACTER}]|\Z)"

# An operator ends where a comment begins. One of several characters may end in `+` or `-` only if
# it has one of `~!@#^&|`?%` as well.
_OPERATOR = (
    rf"(?:(?!--|/\*)[*/<>=+\-])*[~!@#^&|`?%](?:(?!--|/\*)[{_OPERATOR_CHARACTER}])*"
    r"|(?:(?!--|/\*)[*/<>=+\-])*(?!/\*)[*/<>=]"
    r"|(?!--)[+\-]"
)
_SYMBOL = r"::|:=|\.\.|[,.]"
_LONE_DOLLAR = rf"\$(?![0-9]|{_TAG}\$)"
_OTHER = rf"[\\{{}}\x00-\x08\x0e-\x1f\x7f]|{_LONE_DOLLAR}"
_POSITIONAL = r"\$[0-9]++"
_UNTERMINATED = rf"""(?:[bBeEnNxX]|[uU]&)?'|(?:[uU]&)?"|/\*|\$(?![0-9]){_TAG}\$"""
_NAMED = rf":{_WORD}(?:[!?](?!(?!--|/\*)[{_OPERATOR_CHARACTER}]))?(?:\[[!?]\])?"
_COLON = r":(?![:=])"


@cache
def _token() -> re.Pattern[str]:
    """Return the pattern of all tokens, compiled when first needed: most builds never do."""
    return re.compile(
        rf"(?P<space>{_SPACE})|(?P<string>{_STRING})|(?P<word>{_WORD})"
        rf"|(?P<quoted>{_QUOTED_IDENTIFIER})|(?P<dollar>{_DOLLAR})|(?P<number>{_NUMBER})"
        rf"|(?P<positional>{_POSITIONAL})|(?P<line_comment>{_LINE_COMMENT})"
        rf"|(?P<block_comment>{_FLAT_BLOCK_COMMENT})|(?P<signs>{_SIGNS})"
        rf"|(?P<operator>{_OPERATOR})"
        rf"|(?P<colon>{_COLON})|(?P<symbol>{_SYMBOL})|(?P<semicolon>;)|(?P<open>[(\[])"
        rf"|(?P<close>[)\]])|(?P<other>{_OTHER})|(?P<unterminated>{_UNTERMINATED})"
    )


# Between delimiters it does not matter which operators there are or where they end: characters that
# begin no delimiter, string, word or number are skipped together. A point may begin a number, except
# for the second of two points.
_PLAIN = r"[\x00-!#%&*+,<=>?@\\^`{|}~\x7f]"
_FILLER = (
    rf"{_WORD}{_PLAIN}*+|{_PLAIN}++|\.(?:\.|(?![0-9])){_PLAIN}*+|{_STRING}"
    rf"|{_QUOTED_IDENTIFIER}|{_NUMBER}|-(?!-)|/(?!\*)|:[:=]|{_LONE_DOLLAR}"
)
# A delimiter must follow the repetition, so it never has to backtrack.
_DELIMITER = re.compile(
    rf"(?:{_FILLER})*(?:(?P<open>[(\[])|(?P<close>[)\]])|(?P<named>{_NAMED})"
    rf"|(?P<semicolon>;)|(?P<line_comment>{_LINE_COMMENT})|(?P<positional>{_POSITIONAL})"
    rf"|(?P<dollar>{_DOLLAR})|(?P<block_comment>{_FLAT_BLOCK_COMMENT})"
    rf"|(?P<colon>{_COLON})|(?P<unterminated>{_UNTERMINATED})|(?P<end>\Z))"
)
_KINDS = {str(kind): kind for kind in Kind}
