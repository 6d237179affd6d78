"""A whole row that is written out, `ROW(…)` -> its text in lines."""

import re
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 88

_INDENT: Final = 4
_ROW: Final = re.compile(
    r"(?:CASE WHEN .*? IS DISTINCT FROM NULL THEN )?ROW\(", re.DOTALL
)
_END: Final = re.compile(r'\)(::text)?( END)?( AS (\w+|"(?:[^"]|"")*"))?')
_TOKEN: Final = re.compile(r'"(?:[^"]|"")*"|[(),]')
_OPAQUE: Final = re.compile(r"['\n]|\$\D|--|/\*")
"""The kinds of tokens that may hide a comma or a parenthesis: constants and comments."""


def whole_row(pieces: Sequence[str], line: str) -> str | None:
    """Return a whole row that follows the beginning of a *line*, in lines if it is too long for that.

    None if the *pieces* between its commas are no whole row.
    """
    opening = _ROW.match(pieces[0])
    if not opening:
        return None
    text = ", ".join(pieces)
    _, end = _items(text, opening.end())
    if not _END.fullmatch(text, end):
        return None  # a star, whose first column is a row
    if len(line) + len(text) <= WIDTH or _OPAQUE.search(text):
        return text
    return _broken(text, len(line) - len(line.lstrip(" ")))


def in_lines(items: Sequence[str], indent: int) -> str:
    """Return the items with commas between them, wrapped below the first; long rows are broken."""
    lines: list[str] = []
    for item in items:
        is_long = indent + len(item) >= WIDTH and not _OPAQUE.search(item)
        text = _broken(item, indent) if is_long and _ROW.match(item) else item
        fits = lines and indent + len(lines[-1]) + len(text) + 3 <= WIDTH
        if fits and "\n" not in lines[-1] + text:
            lines[-1] += f", {text}"
        else:
            lines.append(text)
    return f",\n{' ' * indent}".join(lines)


def _broken(row: str, indent: int) -> str:
    """Return a row with its parentheses on lines of their own, as those of long rows within it."""
    opening = _ROW.match(row)
    assert opening is not None
    start = opening.end()
    items, end = _items(row, start)
    inner = indent + _INDENT
    lines = in_lines(items, inner)
    return f"{row[:start]}\n{' ' * inner}{lines}\n{' ' * indent}{row[end:]}"


def _items(row: str, start: int) -> tuple[list[str], int]:
    """Return the items in the parentheses that open before *start*, and the place where these end."""
    items: list[str] = []
    depth = 0
    first = start
    for token in _TOKEN.finditer(row, start):
        match token[0]:
            case "(":
                depth += 1
            case ")" if depth:
                depth -= 1
            case ")":
                return [*items, row[first : token.start()].strip()], token.start()
            case "," if not depth:
                items.append(row[first : token.start()].strip())
                first = token.end()
    return [*items, row[first:].strip()], len(row)
