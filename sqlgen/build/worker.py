"""Share the work on query files between this process and a copy of it.

    with Workers(state, sources) as workers:
        first = workers.map(State.analyse, sources)
        second = workers.map(State.render, sources, names)

Python's threads would only take turns. The copy is forked from this process with everything that is in
memory, *state* included; functions, files and results travel as pickles. Whatever goes wrong in the
copy, its share of the work is done here instead.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, Concatenate, Final, Generic, ParamSpec, TypeVar

from ..model.source import SourceFile

State = TypeVar("State")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

Task = Callable[Concatenate[State, Sequence[SourceFile], Arguments], Result]
"""A function of the state, some query files, and further arguments."""

WORTH_IT: Final = 100
"""Queries of which half takes longer than the fork (5 ms) and sending the results back."""

_HEADER: Final = "-- name:"
_SIZE: Final = 8
"""Bytes before each pickle, which tell its length."""


class Workers(Generic[State]):
    """This process and, where *sources* are work enough, a forked copy of it.

    *warm_up* is called before the fork, to do once what both processes would do otherwise. A file
    that one process was given stays with it, so that *state* can keep what it found out.
    """

    def __init__(
        self,
        state: State,
        sources: Sequence[SourceFile],
        warm_up: Callable[[], object] = lambda: None,
    ) -> None:
        self._state = state
        self._copy: _Copy | None = None
        self._in_copy: dict[str, bool] = {}
        if is_worth_it(sources):
            warm_up()
            self._copy = _Copy(state)

    def __enter__(self) -> "Workers[State]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def map(
        self,
        task: Task[State, Arguments, Result],
        sources: Sequence[SourceFile],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> list[Result]:
        """Call *task* with each process's share of the files; return the results.

        Raises what *task* raises.
        """
        here, there = self._shares(sources)
        if there and self._copy:
            self._copy.send((task, there, args, kwargs))
        results = [task(self._state, here, *args, **kwargs)]
        if there:
            try:
                if self._copy is None:
                    raise EOFError
                results.insert(0, self._copy.receive())
            except (OSError, EOFError):
                self._stop()
                results.insert(0, task(self._state, there, *args, **kwargs))
        return results

    def _shares(
        self, sources: Sequence[SourceFile]
    ) -> tuple[list[SourceFile], list[SourceFile]]:
        """Divide the files between this process and the copy, in halves of the new ones."""
        new = [s for s in sources if s.path not in self._in_copy]
        half = sum(map(_queries, new)) / 2 if self._copy else 0
        done = 0
        for source in new:
            self._in_copy[source.path] = done < half
            done += _queries(source)
        return (
            [s for s in sources if not self._in_copy[s.path]],
            [s for s in sources if self._in_copy[s.path]],
        )

    def _stop(self) -> None:
        if self._copy:
            self._copy.kill()
            self._copy = None


def is_worth_it(sources: Sequence[SourceFile]) -> bool:
    """Return whether the files are work enough for two, and there is a second processor."""
    if sum(map(_queries, sources)) < WORTH_IT or sys.platform != "linux":
        return False
    return (os.cpu_count() or 1) > 1


def _queries(source: SourceFile) -> int:
    """Estimate how many queries a file has."""
    return source.text.count(_HEADER) or 1


class _Copy:
    """A forked copy of this process that runs one task after the other."""

    def __init__(self, state: object) -> None:
        (results, to_results), (to_tasks, tasks) = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            status = 1
            try:
                os.close(results)
                os.close(tasks)
                gc.disable()  # the copy lives for a moment, and memory is shared until it is touched
                _serve(state, os.fdopen(to_tasks, "rb"), os.fdopen(to_results, "wb"))
                status = 0
            finally:
                os._exit(status)  # without what this process would do at its end
        os.close(to_results)
        os.close(to_tasks)
        self._results = os.fdopen(results, "rb")
        self._tasks = os.fdopen(tasks, "wb")

    def send(self, task: object) -> None:
        """Let the copy begin a task. That it is gone is noticed by `receive`."""
        with suppress(OSError):
            _send(self._tasks, task)

    def receive(self) -> Any:
        """Wait for a task's result; raise `OSError` or `EOFError` where there will be none."""
        return _receive(self._results)

    def kill(self) -> None:
        """End the copy, whatever it is doing."""
        self._results.close()
        with suppress(OSError):  # what was not sent yet, to a process that is gone
            self._tasks.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _serve(state: object, tasks: BinaryIO, results: BinaryIO) -> None:
    """Run tasks in the copy, until there are no more."""
    while True:
        try:
            task, sources, args, kwargs = _receive(tasks)
        except EOFError:
            return
        _send(results, task(state, sources, *args, **kwargs))


def _send(pipe: BinaryIO, message: object) -> None:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(_SIZE))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    """Return the next message; raise `EOFError` where it ends before it is whole."""
    size = pipe.read(_SIZE)
    if len(size) < _SIZE:
        raise EOFError
    content = pipe.read(int.from_bytes(size))
    if len(content) < int.from_bytes(size):
        raise EOFError
    return pickle.loads(content)
