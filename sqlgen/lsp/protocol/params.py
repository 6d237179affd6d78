"""The parameters of a message -> values of the types that they should have."""

from collections.abc import Iterator
from typing import Any, Final

from ...model.frozen import frozen
from .messages import ErrorCode, RequestError

_MOST: Final = 2**31 - 1
"""The largest number that the protocol has, `uinteger`."""


@frozen
class Position:
    """A place in a text: the line, and the UTF-16 code units before it on that line, from 0."""

    line: int
    character: int


@frozen
class TextRange:
    """Hold two places, and what is between them."""

    start: Position
    end: Position


class Params:
    """The parameters of a message, which a client may have got wrong.

    Each method takes the keys that lead to a value, and raises `RequestError` where it is missing or
    has another type.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self, *keys: str) -> Any:
        """Return what is there, whatever it is; `None` if nothing is."""
        value = self._value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *keys: str) -> str:
        """Return a string."""
        value = self.get(*keys)
        if not isinstance(value, str):
            raise _wrong(keys, "a string")
        return value

    def position(self, *keys: str) -> Position:
        """Return a position."""
        return Position(self._number(*keys, "line"), self._number(*keys, "character"))

    def range(self, *keys: str) -> TextRange:
        """Return a range."""
        return TextRange(self.position(*keys, "start"), self.position(*keys, "end"))

    def items(self, *keys: str) -> Iterator["Params"]:
        """Yield the items of a list."""
        value = self.get(*keys)
        if not isinstance(value, list):
            raise _wrong(keys, "a list")
        yield from map(Params, value)

    def _number(self, *keys: str) -> int:
        value = self.get(*keys)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise _wrong(keys, "a number from 0 on")
        return min(value, _MOST)


def _wrong(keys: tuple[str, ...], what: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_PARAMS, f"`{'.'.join(keys)}` must be {what}")
