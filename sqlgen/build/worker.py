"""Share the work on query files between this process and a fork of it.

    with Workers(state) as workers:
        first = workers.map(State.analyse, sources)
        second = workers.map(State.render, sources, names)

Python's threads would only take turns. The child is forked from this process with everything that is in
memory, *state* included; functions, files and results travel as pickles. Whatever goes wrong in the
child, its share of the work is done here instead.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, Concatenate, Final, Generic, ParamSpec, TypeVar

from ..model.source import SourceFile

State = TypeVar("State")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

Task = Callable[Concatenate[State, Sequence[SourceFile], Arguments], Iterable[Result]]
"""A function of the state, some query files, and further arguments, that yields results."""

MIN_QUERIES: Final = 100
"""Queries of which half takes longer than the fork (5 ms) and sending the results back."""

_HEADER: Final = "-- name:"
_SIZE: Final = 8
"""Bytes before each pickle, which tell its length."""


class Workers(Generic[State]):
    """This process and, from the first `map` with enough work on, a forked child.

    A file that one process was given stays with it, so that *state* can keep what it found out. A
    command line's only other thread, which shows progress, does not run in the child: a fork takes
    just the thread that forks along.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._child: _Child | None = None
        self._has_failed = False
        self._in_child: dict[str, bool] = {}

    def __enter__(self) -> "Workers[State]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def will_fork(self, sources: Sequence[SourceFile]) -> bool:
        """Return whether `map` forks for these files."""
        is_possible = self._child is None and not self._has_failed
        return is_possible and should_fork(sources)

    def map(
        self,
        task: Task[State, Arguments, Result],
        sources: Sequence[SourceFile],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> list[Result]:
        """Call *task* with each process's share of the files; return what both yield.

        Raises what *task* raises.
        """
        if self.will_fork(sources):
            self._child = _Child(self._state)
            self._in_child.clear()  # it knows what this process has found out so far
        own, childs = self._shares(sources)
        if childs and self._child:
            self._child.send((task, childs, args, kwargs))
        results = list(task(self._state, own, *args, **kwargs))
        if childs:
            try:
                results += self._receive()
            except (OSError, EOFError):
                self._stop()
                self._has_failed = True
                results += task(self._state, childs, *args, **kwargs)
        return results

    def _receive(self) -> list[Any]:
        """Wait for the child's results; raise `OSError` or `EOFError` where there are none."""
        if self._child is None:
            raise EOFError
        return self._child.receive()

    def _shares(
        self, sources: Sequence[SourceFile]
    ) -> tuple[list[SourceFile], list[SourceFile]]:
        """Divide the files between this process and the child, in halves of the new ones."""
        new = [s for s in sources if s.path not in self._in_child]
        half = sum(map(_queries, new)) / 2 if self._child else 0
        done = 0
        for source in new:
            self._in_child[source.path] = done < half
            done += _queries(source)
        return (
            [s for s in sources if not self._in_child[s.path]],
            [s for s in sources if self._in_child[s.path]],
        )

    def _stop(self) -> None:
        if self._child:
            self._child.kill()
            self._child = None


def should_fork(sources: Sequence[SourceFile]) -> bool:
    """Return whether the files are work enough for two, and there is a second processor."""
    if sum(map(_queries, sources)) < MIN_QUERIES or sys.platform != "linux":
        return False
    return (os.cpu_count() or 1) > 1


def _queries(source: SourceFile) -> int:
    """Estimate how many queries a file has."""
    return source.text.count(_HEADER) or 1


class _Child:
    """A fork of this process that runs one task after the other."""

    def __init__(self, state: object) -> None:
        (results, to_results), (to_tasks, tasks) = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            status = 1
            try:
                os.close(results)
                os.close(tasks)
                gc.freeze()  # what it shares with the parent is shared until it is touched
                _serve(state, os.fdopen(to_tasks, "rb"), os.fdopen(to_results, "wb"))
                status = 0
            finally:
                os._exit(status)  # without what this process would do at its end
        os.close(to_results)
        os.close(to_tasks)
        self._results = os.fdopen(results, "rb")
        self._tasks = os.fdopen(tasks, "wb")

    def send(self, task: object) -> None:
        """Let the child begin a task. That it is gone is noticed by `receive`."""
        with suppress(OSError):
            _send(self._tasks, _pickled(task))

    def receive(self) -> list[Any]:
        """Wait for a task's results; raise `OSError` or `EOFError` where there will be none."""
        return [_receive(self._results) for _ in range(_receive(self._results))]

    def kill(self) -> None:
        """End the child, whatever it is doing."""
        self._results.close()
        with suppress(OSError):  # what was not sent yet, to a process that is gone
            self._tasks.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _serve(state: object, tasks: BinaryIO, results: BinaryIO) -> None:
    """Run tasks in the child, until there are no more."""
    while True:
        try:
            task, sources, args, kwargs = _receive(tasks)
        except EOFError:
            return
        # The parent reads them when it has done its own share; as pickles, they take less memory.
        contents = [*map(_pickled, task(state, sources, *args, **kwargs))]
        _send(results, _pickled(len(contents)))
        for content in contents:
            _send(results, content)


def _pickled(message: object) -> bytes:
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def _send(pipe: BinaryIO, content: bytes) -> None:
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
