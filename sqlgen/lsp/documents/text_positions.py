"""A text -> its lines: places by line and UTF-16 code unit <-> by character.

A line ends with a line feed, a carriage return, or both. A place after the end of a line is its end,
and one within a pair of surrogates is before the character.
"""

import re
from bisect import bisect_right
from typing import Final

from ..protocol.params import Position, TextRange

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class TextPositions:
    """The places in one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._is_ascii = text.isascii()
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def offset(self, position: Position) -> int:
        """Return the number of characters before a position."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._line(position.line)
        if self._is_ascii:
            return min(start + position.character, end)
        units = position.character
        for offset in range(start, end):
            units -= 2 if self.text[offset] > "\uffff" else 1
            if units < 0:
                return offset
        return end

    def position(self, offset: int) -> Position:
        """Return the position of the character at *offset*; between CR and LF that is the line's end."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        start, end = self._line(line)
        before = self.text[start : min(offset, end)]
        if self._is_ascii:
            return Position(line, len(before))
        return Position(line, len(before) + sum(c > "\uffff" for c in before))

    def range(self, start: int, end: int) -> TextRange:
        """Return the range of the characters `[start:end]`."""
        return TextRange(self.position(start), self.position(end))

    def line_end(self, offset: int) -> int:
        """Return where the line of the character at *offset* ends, without its line end."""
        return self._line(bisect_right(self._starts, offset) - 1)[1]

    def next_line(self, offset: int) -> int:
        """Return where the line after that of *offset* starts; the text's end if there is none."""
        line = bisect_right(self._starts, offset)
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def _line(self, number: int) -> tuple[int, int]:
        """Return the start and the end of a line, without its line end."""
        start = self._starts[number]
        if number + 1 == len(self._starts):
            return start, len(self.text)
        end = self._starts[number + 1]
        return start, end - (2 if self.text[end - 2 : end] == "\r\n" else 1)
