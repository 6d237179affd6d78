"""The loop of the server: takes messages as they come, and works between them."""

import _thread
import signal
import threading
import time
from pathlib import Path
from queue import Empty
from typing import Final

from .editor_session import EditorSession
from .projects import Load
from .streams import MessageReader, MessageWriter

_PATIENCE: Final = 2.0
"""Seconds that the work at hand may still take once the editor is gone."""


def serve(load: Load, only: Path | None, input_: int, output: int) -> int:
    """Serve one editor over two file descriptors; return the exit status.

    *load* reads configurations; with *only*, a file of settings, there is one project. Once the editor is
    gone, a long analysis is interrupted by SIGTERM, whose handler has to raise.
    """
    reader, writer = MessageReader(input_), MessageWriter(output)
    is_over = threading.Event()
    guard = threading.Thread(target=_guard, args=(reader, is_over), daemon=True)
    try:
        with EditorSession(load, writer.send, only, reader.cancelled) as session:
            reader.start()
            guard.start()
            while session.exit_status is None and not writer.is_closed:
                due = session.due()
                wait = None if due is None else max(due - time.monotonic(), 0)
                try:
                    message = reader.queue.get(timeout=wait)
                except Empty:
                    session.work()
                    continue
                if message is None:
                    return 1  # gone without `exit`
                session.handle(message)
            return 1 if session.exit_status is None else session.exit_status
    finally:
        is_over.set()


def _guard(reader: MessageReader, is_over: threading.Event) -> None:
    """Interrupt the main thread if it still works some time after the editor is gone."""
    reader.ended.wait()
    if not is_over.wait(_PATIENCE):
        _thread.interrupt_main(signal.SIGTERM)
