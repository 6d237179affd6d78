"""TOML text -> the places of its keys, which `tomllib` does not give."""

import re
import tomllib


def key_places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return the start and end of each key of *text*, by the key's full path.

    *text* must be valid TOML. `a.b = 1` under `[t]` is the key `("t", "a", "b")`, placed at `b`; a
    table is placed at its name in its header. Keys of inline tables are included, unless they are in
    arrays.
    """
    places: dict[tuple[str, ...], tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    position = 0
    while match := _LINE.match(text, position):
        position = match.end()
        if position >= len(text):
            break
        if text[position] == "[":
            position += 2 if text.startswith("[[", position) else 1
            table, position = _key(text, position, (), places)
            position = _END_OF_LINE.match(text, position).end()  # type: ignore[union-attr] # it matches everywhere
        else:
            position = _pair(text, position, table, places)
    return places


_LINE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_END_OF_LINE = re.compile(r"[^\n]*+")
_BLANK = re.compile(r"[ \t]*+")
_PART = re.compile(
    r"""[ \t]*+(?P<part>[A-Za-z0-9_-]++|"(?:[^"\\]|\\.)*"|'[^']*+')[ \t]*+(?P<dot>\.?)"""
)
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""+'
    r"|'''(?:[^']|'(?!''))*'''+"
    r"""|"(?:[^"\\]|\\.)*"|'[^']*+'|#[^\n]*"""
)
_SEPARATOR = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")


def _key(
    text: str,
    position: int,
    table: tuple[str, ...],
    places: dict[tuple[str, ...], tuple[int, int]],
) -> tuple[tuple[str, ...], int]:
    """Return the key at *position*, dotted or not, and where it ends."""
    while match := _PART.match(text, position):
        part = match["part"]
        if part[0] in "\"'":
            part = tomllib.loads(f"k = {part}")["k"]
        table = (*table, part)
        places.setdefault(table, match.span("part"))
        position = match.end()
        if not match["dot"]:
            break
    return table, position


def _pair(
    text: str,
    position: int,
    table: tuple[str, ...],
    places: dict[tuple[str, ...], tuple[int, int]],
) -> int:
    """Add the key of the pair at *position* and those in its value; return where the value ends."""
    key, position = _key(text, position, table, places)
    position = text.index("=", position) + 1
    position = _BLANK.match(text, position).end()  # type: ignore[union-attr] # it matches everywhere
    if not text.startswith("{", position):
        return _skip(text, position)
    position += 1
    while True:
        position = _SEPARATOR.match(text, position).end()  # type: ignore[union-attr] # it matches everywhere
        if text.startswith("}", position):
            return position + 1
        position = _pair(text, position, key, places)


def _skip(text: str, position: int) -> int:
    """Return where the value at *position* ends: before a comma, closing bracket or line end."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "[{":
            depth += 1
        elif character in "]}":
            if not depth:
                break
            depth -= 1
        elif character in ",\n" and not depth:
            break
        elif match := _STRING.match(text, position):
            position = match.end()
            continue
        position += 1
    return position
