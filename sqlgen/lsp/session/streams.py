"""Standard input and output <-> messages, without waiting for each other."""

import os
import threading
from queue import SimpleQueue
from typing import Final

from ..protocol.framing import Framer, Unframed, framed
from ..protocol.messages import (
    ErrorCode,
    IncomingMessage,
    IncomingNotification,
    Malformed,
    MessageId,
    read_message,
)

_CHUNK: Final = 64 * 1024


class MessageReader:
    """Reads messages in a thread of its own, so that one that cancels another is seen at once.

    `queue` has the messages in their order, and None at the end of the stream. `cancelled` are the
    requests that the client does not wait for any more.
    """

    def __init__(self, descriptor: int) -> None:
        self.queue: SimpleQueue[IncomingMessage | None] = SimpleQueue()
        self.cancelled: set[MessageId] = set()
        self.ended = threading.Event()
        self._descriptor = descriptor
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def _run(self) -> None:
        framer = Framer()
        while not framer.is_broken:
            try:
                data = os.read(self._descriptor, _CHUNK)
            except OSError:
                break
            if not data:
                break
            for frame in framer.feed(data):
                self._take(frame)
        self.ended.set()
        self.queue.put(None)

    def _take(self, frame: bytes | Unframed) -> None:
        if isinstance(frame, Unframed):
            self.queue.put(Malformed(None, ErrorCode.PARSE_ERROR, frame.reason))
            return
        message = read_message(frame)
        if (
            isinstance(message, IncomingNotification)
            and message.method == "$/cancelRequest"
        ):
            id_ = message.params.get("id") if isinstance(message.params, dict) else None
            if isinstance(id_, int | str):
                self.cancelled.add(id_)
            return
        self.queue.put(message)


class MessageWriter:
    """Writes messages. `is_closed`: nobody reads them any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.is_closed = False

    def send(self, body: bytes) -> None:
        """Send the body of a message."""
        data = memoryview(framed(body))
        try:
            while data and not self.is_closed:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            self.is_closed = True
