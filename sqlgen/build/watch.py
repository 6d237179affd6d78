"""Saved files -> builds, one after the other, with the server kept running in between."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Final

from .. import build, read
from ..model.config import Config
from ..model.diagnostic import Diagnostic, ServerUnavailableError, SqlgenError
from ..model.output import Plan
from .server.server_pool import ServerPool

_DEBOUNCE: Final = 50
"""Milliseconds that an editor has at most for writing everything that belongs to one save."""
_STEP: Final = 5
"""Milliseconds without a further change after which a save is complete."""
_STOP_CHECK: Final = 200
"""Milliseconds between two looks at whether to stop."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """The plan of one build, or all its errors."""

    config: Config | None
    plan: Plan | None
    errors: tuple[Diagnostic, ...] = ()


def builds(load: Callable[[], Config], root: Path) -> Iterator[BuildOutcome]:
    """Build now, and after each save of a file below *root* that the output depends on.

    *load* reads the configuration, which may change as well. No error of the user's ends it.
    """
    with ServerPool() as pool, saves(root) as saved:
        outcome = try_build(load, pool)
        yield outcome
        if outcome.config and outcome.plan:
            with suppress(SqlgenError):  # which the next build will report
                build.preload(outcome.config, pool)
        while True:
            paths = saved.get()
            if any(is_source(outcome.config, path) for path in paths):
                outcome = try_build(load, pool)
                yield outcome


@contextmanager
def saves(root: Path) -> Iterator["SimpleQueue[set[str]]"]:
    """Lend a queue of the paths that are saved within the block, those of one moment together.

    A thread watches the files, from before the first build on, so that no save is missed while
    another build runs.
    """
    import watchfiles

    queue: SimpleQueue[set[str]] = SimpleQueue()
    stop = Event()

    def watch() -> None:
        for changes in watchfiles.watch(
            root,
            watch_filter=lambda _, path: may_be_source(root, path),
            debounce=_DEBOUNCE,
            step=_STEP,
            rust_timeout=_STOP_CHECK,
            stop_event=stop,
            raise_interrupt=False,
        ):
            queue.put({path for _, path in changes})

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield queue
    finally:
        stop.set()
        thread.join()


def try_build(load: Callable[[], Config], pool: ServerPool) -> BuildOutcome:
    """Build once; return the plan or the errors."""
    config: Config | None = None
    try:
        config = load()
        return BuildOutcome(config, build.build(config, pool=pool))
    except SqlgenError as error:
        if isinstance(error, ServerUnavailableError):
            pool.close()  # the next build starts it anew
        return BuildOutcome(config, None, error.diagnostics)


def may_be_source(root: Path, path: str) -> bool:
    """Return whether a file below *root* may be one of a project's.

    Hidden files, editors' backup files and Python's caches are not. Any other may be, since a command
    that makes the schema may read files of any kind, and so may a folder: files can appear in a new one
    before anybody looks into it.
    """
    inside = Path(path).relative_to(root) if Path(path).is_relative_to(root) else None
    return inside is not None and not any(
        part.startswith(".") or part.endswith("~") or part == "__pycache__"
        for part in inside.parts
    )


def is_source(config: Config | None, path: str) -> bool:
    """Return whether the generated code may depend on the file, or on what stood there.

    Without a configuration, that is any file which may have one.
    """
    if config is None:
        return path.endswith(".toml")
    inside = os.path.relpath(path, config.root).replace(os.sep, "/")
    optional = (config.extensions, config.templates)
    folders = [config.queries, *filter(None, optional)]
    if config.schema is None:
        folders.append(config.migrations)
    elif config.schema.folder:
        folders.append(config.schema.folder)
    elif inside == config.schema.dump or _is_watched(config, inside):
        return True
    return inside == config.file or any(
        inside.startswith(f"{folder}/") for folder in folders
    )


def _is_watched(config: Config, path: str) -> bool:
    """Return whether the command that makes the schema depends on the file."""
    try:
        patterns = config.schema.watch if config.schema else ()
        return path in read.watched_paths(config.root, patterns)
    except SqlgenError:
        return True  # the build will report it
