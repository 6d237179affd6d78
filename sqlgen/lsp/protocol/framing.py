"""bytes -> the bodies of messages: each is headed by its length, as HTTP's are."""

import re
from typing import Final

from ...model.frozen import frozen

_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"(?im)^Content-Length:[ \t]*([0-9]{1,12})[ \t]*\r?$")
_MOST_HEAD: Final = 8 * 1024
_MOST_BODY: Final = 64 * 1024 * 1024


@frozen
class Unframed:
    """Bytes that are no message, with the reason; what follows them is read all the same."""

    reason: str


class Framer:
    """Cuts a stream of bytes into the bodies of messages.

    `is_broken`: a message is so large that what follows it cannot be found any more.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self.is_broken = False

    def feed(self, data: bytes) -> list[bytes | Unframed]:
        """Take more bytes; return the bodies that are complete now, and what is no message."""
        self._buffer += data
        frames: list[bytes | Unframed] = []
        while not self.is_broken:
            if self._length is None:
                head = self._head()
                if head is None:
                    break
                if isinstance(head, Unframed):
                    frames.append(head)
                    continue
                self._length = head
            if len(self._buffer) < self._length:
                break
            frames.append(bytes(self._buffer[: self._length]))
            del self._buffer[: self._length]
            self._length = None
        return frames

    def _head(self) -> int | Unframed | None:
        """Return the length of the next body; `None` if its head is not complete yet."""
        end = self._buffer.find(_END)
        if end < 0:
            if len(self._buffer) <= _MOST_HEAD:
                return None
            del self._buffer[: -len(_END)]
            return Unframed("a message without a head")
        head = bytes(self._buffer[:end])
        del self._buffer[: end + len(_END)]
        match = _LENGTH.search(head)
        if match is None:
            return Unframed("a head without Content-Length")
        length = int(match[1])
        if length > _MOST_BODY:
            self.is_broken = True
            return Unframed(f"a message of {length} bytes")
        return length


def framed(body: bytes) -> bytes:
    """Return a message as it is sent."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
