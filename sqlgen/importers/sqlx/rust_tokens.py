"""text of a Rust source -> its tokens, as far as macros and the functions around them need them.

The lexical rules are those of https://doc.rust-lang.org/reference/tokens.html.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class RustKind(StrEnum):
    """The kinds of tokens; comments and white space are left out."""

    WORD = "word"
    STRING = "string"
    LITERAL = "literal"
    OPEN = "open"
    CLOSE = "close"
    SIGN = "sign"


class RustToken(NamedTuple):
    """The characters `[start:end]`; `value` is the text of a string, and what is written of all others."""

    kind: RustKind
    start: int
    end: int
    value: str


_TOKEN: Final = re.compile(
    r"(?P<space>\s+|//[^\n]*)|(?P<comment>/\*)"
    r"|(?P<raw>[bc]?r(?P<hashes>\#*)\"(?P<raw_text>[\s\S]*?)(?:\"(?P=hashes)|\Z))"
    r"|(?P<string>[bc]?\"(?P<text>[^\"\\]*+(?:\\(?:[\s\S]|\Z)[^\"\\]*+)*)(?:\"|\Z))"
    r"|(?P<literal>b?'(?:\\(?:u\{[^}]{0,12}\}|x[0-9a-fA-F]{2}|[\s\S])|[^'\\])'|[0-9][\w.]*?(?=\.\.|\.[A-Za-z_]|[^\w.]|\Z))"
    r"|(?P<lifetime>'\w+)|(?P<word>(?:r\#)?[^\W\d]\w*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<sign>::|->|=>|&&|\|\||[\s\S])"
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ESCAPE: Final = re.compile(
    r"\\(?:\r?\n\s*|u\{(?P<unicode>[0-9a-fA-F_]+)\}|x(?P<hex>[0-7][0-9a-fA-F])|(?P<one>[\s\S]))"
)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def rust_tokens(text: str) -> Iterator[RustToken]:
    """Yield the tokens of *text*; what is not Rust are signs."""
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match["comment"]:
            position = _end_of_comment(text, match.start())
            continue
        if match["space"]:
            continue
        start, end = match.span()
        if match["raw"] is not None:
            yield RustToken(RustKind.STRING, start, end, match["raw_text"])
        elif match["string"] is not None:
            yield RustToken(RustKind.STRING, start, end, _unescaped(match["text"]))
        elif match["word"]:
            yield RustToken(RustKind.WORD, start, end, match[0].removeprefix("r#"))
        elif match["open"] or match["close"]:
            kind = RustKind.OPEN if match["open"] else RustKind.CLOSE
            yield RustToken(kind, start, end, match[0])
        else:
            is_sign = match["sign"] is not None
            kind = RustKind.SIGN if is_sign else RustKind.LITERAL
            yield RustToken(kind, start, end, match[0])


def _end_of_comment(text: str, start: int) -> int:
    """Return where the block comment at *start* ends; they nest."""
    depth = 0
    for match in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return len(text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match["unicode"]:
        number = int(match["unicode"].replace("_", "")[:8] or "0", 16)
        is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_character else "\N{REPLACEMENT CHARACTER}"
    if match["hex"]:
        return chr(int(match["hex"], 16))
    if match["one"]:
        return _ESCAPED.get(match["one"], match["one"])
    return ""
