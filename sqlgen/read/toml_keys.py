"""TOML text -> where its keys stand, which `tomllib` does not tell."""

import re
import tomllib


def key_places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """The start and end of each key of *text*, which `tomllib` has accepted, by its full path.

    `a.b = 1` under `[t]` is the key `("t", "a", "b")`, placed at `b`; a table is placed at its name
    in its header. Keys of inline tables count, those in arrays do not.
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
            position = _END_OF_LINE.match(text, position).end()  # type: ignore[union-attr] # it matches anywhere
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
    """The key at *position*, dotted or not, and where it ends."""
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
    """Note the key of the pair at *position* and those in its value; where the value ends."""
    key, position = _key(text, position, table, places)
    position = text.index("=", position) + 1
    position = _BLANK.match(text, position).end()  # type: ignore[union-attr] # it matches anywhere
    if not text.startswith("{", position):
        return _skip(text, position)
    position += 1
    while True:
        position = _SEPARATOR.match(text, position).end()  # type: ignore[union-attr] # it matches anywhere
        if text.startswith("}", position):
            return position + 1
        position = _pair(text, position, key, places)


def _skip(text: str, position: int) -> int:
    """Where the value at *position* ends: before a comma, closing bracket or line end."""
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
