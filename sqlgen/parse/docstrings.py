"""comments -> the text of a docstring."""

import re
from collections.abc import Sequence

from .directives import is_directive
from .lexer import COMMENTS, Kind, Token


def docstring(
    text: str, tokens: Sequence[Token], *, right_below: int | None = None
) -> str:
    """Return the text of the comments among *tokens*, line by line and without `--` and `/*`.

    Directives (`-- sqlgen: allow …`) are left out.

    With *right_below* only the line comments on the lines right after that position of the text
    count, up to a blank line or a statement. Without it all comments do, and anything between two of
    them becomes one blank line.
    """
    lines: list[str] = []
    position = right_below
    for kind, start, end in tokens:
        if kind not in COMMENTS:
            if right_below is not None:
                break
            continue
        adjacent = position is None or _NEXT_LINE.fullmatch(text, position, start)
        if right_below is not None and not (adjacent and kind is Kind.LINE_COMMENT):
            break
        if not adjacent:
            lines.append("")
        if not is_directive(text[start:end]):
            lines.extend(_lines(kind, text[start:end]))
        position = end
    if not lines:
        return ""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def deprecation(doc: str) -> tuple[str, str | None]:
    """Return a docstring without its paragraph `@deprecated …`, and the message in that; None without one.

    The message goes up to a blank line, and may be empty.
    """
    lines = doc.splitlines()
    for first, line in enumerate(lines):
        if match := _DEPRECATED.match(line):
            last = first
            while last < len(lines) and lines[last].strip():
                last += 1
            message = " ".join([line[match.end() :], *lines[first + 1 : last]])
            rest = "\n".join([*lines[:first], *lines[last:]])
            rest = re.sub(r"\n{3,}", "\n\n", rest).strip("\n")
            return rest, " ".join(message.split())
    return doc, None


_DEPRECATED = re.compile(r"[ \t]*@deprecated(?![\w-]):?")
_NEXT_LINE = re.compile(r"[ \t\f\v]*+(?:\r\n|\n|\r)[ \t\f\v]*+")
_RULER = re.compile(r"[-=*#~_+ \t]*")


def _lines(kind: Kind, comment: str) -> list[str]:
    if kind is Kind.LINE_COMMENT:
        lines = [comment[2:].removeprefix(" ")]
    else:
        lines = [
            re.sub(r"\A\s*\*?[ ]?" if number else r"\A\*?\s*", "", line)
            for number, line in enumerate(re.split(r"\r\n|\n|\r", comment[2:-2]))
        ]
    # A line of dashes only separates; it becomes a blank line.
    return ["" if _RULER.fullmatch(line) else line.rstrip() for line in lines]
