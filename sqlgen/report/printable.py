"""Text from files and servers -> text that is safe to print, and its width in a terminal."""

import unicodedata

_TAB = "    "


def visible(character: str) -> str:
    """Return the character, or its escape if a terminal would act on it or not show it.

    Escaped are control characters, those that change the direction of writing, and line and
    paragraph separators. A tab becomes four blanks.
    """
    if character == "\t":
        return _TAB
    if " " <= character <= "~":
        return character
    if unicodedata.category(character) in _ESCAPED or character in _DIRECTIONS:
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character


def printable(text: str) -> str:
    """Return *text* with all its characters visible, on one line."""
    return text if _is_plain(text) else "".join(map(visible, text))


def width(text: str) -> int:
    """Return how many columns of a terminal the `printable` *text* takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


_ESCAPED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONS = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
