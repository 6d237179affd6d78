"""Work that another process does meanwhile: Python's own threads would only take turns.

    with elsewhere(work) as helper:         # `work` is a generator function of two steps
        mine = first_half()
        theirs = helper.first()             # what it yields
        helper.send(message)                # it goes on with that
        mine, theirs = second_half(...), helper.second(message)     # what it returns

The other process is a copy of this one as it stands. What it yields and returns comes back by pickle;
whatever goes wrong with it, the work is done here instead.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final, Generic, TypeVar

First = TypeVar("First")
Message = TypeVar("Message")
Second = TypeVar("Second")

WORTH_IT: Final = 100
"""Queries of which half takes longer than a copy of the process (5 ms) and what it sends."""

_SIZE: Final = 8


def can_help(queries: int) -> bool:
    """Whether there is enough to do, and a second processor to do it."""
    return queries >= WORTH_IT and sys.platform == "linux" and (os.cpu_count() or 1) > 1


class Helper(Generic[First, Message, Second]):
    """The two steps of some work, in the other process or, should that fail, in this one."""

    def __init__(
        self,
        work: Callable[[], Generator[First, Message, Second]],
        pipes: tuple[BinaryIO, BinaryIO] | None = None,
    ) -> None:
        self._work = work
        self._pipes = pipes
        self._here: Generator[First, Message, Second] | None = None

    def first(self) -> First:
        """What the first step gives; it is waited for."""
        if self._pipes:
            with suppress(OSError, EOFError):
                found: First = _receive(self._pipes[0])
                return found
        return self._begin_here()

    def send(self, message: Message) -> None:
        """Let the second step begin."""
        if self._here is None and self._pipes:
            with suppress(OSError):
                _send(self._pipes[1], message)

    def second(self, message: Message) -> Second:
        """What the second step gives, which was sent that *message*."""
        if self._here is None and self._pipes:
            with suppress(OSError, EOFError):
                found: Second = _receive(self._pipes[0])
                return found
        if self._here is None:
            self._begin_here()
        assert self._here is not None
        try:
            self._here.send(message)
        except StopIteration as end:
            result: Second = end.value
            return result
        raise AssertionError("the work has more than two steps")

    def _begin_here(self) -> First:
        self._here = self._work()
        return next(self._here)


@contextmanager
def elsewhere(
    work: Callable[[], Generator[First, Message, Second]], *, help_: bool
) -> Iterator[Helper[First, Message, Second]]:
    """Begin *work* in another process if it can *help*, else do it here when it is asked for.

    The process ends with the block at the latest.
    """
    if not help_:
        yield Helper(work)
        return
    (there, writing), (reading, here) = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(there)
            os.close(here)
            gc.disable()  # the copy lives for a moment, and shares its memory until it is touched
            _serve(work, os.fdopen(reading, "rb"), os.fdopen(writing, "wb"))
            status = 0
        finally:
            os._exit(status)  # without what this process would do at its end
    os.close(writing)
    os.close(reading)
    try:
        with os.fdopen(there, "rb") as answers, os.fdopen(here, "wb") as questions:
            yield Helper(work, (answers, questions))
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _serve(
    work: Callable[[], Generator[First, Message, Second]],
    questions: BinaryIO,
    answers: BinaryIO,
) -> None:
    """Both steps in the other process."""
    steps = work()
    _send(answers, next(steps))
    message: Message = _receive(questions)
    try:
        steps.send(message)
    except StopIteration as end:
        _send(answers, end.value)


def _send(pipe: BinaryIO, found: object) -> None:
    content = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(_SIZE))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    size = pipe.read(_SIZE)
    if len(size) < _SIZE:
        raise EOFError
    content = pipe.read(int.from_bytes(size))
    if len(content) < int.from_bytes(size):
        raise EOFError
    return pickle.loads(content)
