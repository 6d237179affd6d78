"""Saved files -> builds: again and again, with the server kept running in between."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

from .. import build as pipeline
from ..model.config import Config
from ..model.diagnostic import Diagnostic, ServerUnavailableError, SqlgenError
from ..model.output import Plan
from .server_pool import Servers

_DEBOUNCE = 50
"""Milliseconds that an editor has at most for writing all that belongs to one save."""
_STEP = 5
"""Milliseconds without a further change after which a save is complete."""
_STOPPED = 200
"""Milliseconds after which the end is noticed."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of one build: its plan, or all that is wrong."""

    config: Config | None
    plan: Plan | None
    errors: tuple[Diagnostic, ...] = ()


def builds(load: Callable[[], Config], root: Path) -> Iterator[Built]:
    """Build now, and after each save of a file below *root* that matters.

    *load* reads the configuration, which may change as well. No mistake of the user's ends it.
    """
    with Servers() as servers, saves(root) as saved:
        built = build(load, servers)
        yield built
        if built.config and built.plan:
            with suppress(SqlgenError):  # which the next build will tell
                pipeline.get_ready(built.config, servers)
        while True:
            paths = saved.get()
            if built.config is None or any(is_source(built.config, p) for p in paths):
                built = build(load, servers)
                yield built


@contextmanager
def saves(root: Path) -> Iterator["SimpleQueue[set[str]]"]:
    """The paths that are saved within the block, those of one moment together.

    Looked for in a thread, which begins before the first build and misses nothing during others.
    """
    import watchfiles

    found: SimpleQueue[set[str]] = SimpleQueue()
    stop = Event()

    def look() -> None:
        for changes in watchfiles.watch(
            root,
            watch_filter=lambda _, path: matters(root, path),
            debounce=_DEBOUNCE,
            step=_STEP,
            rust_timeout=_STOPPED,
            stop_event=stop,
            raise_interrupt=False,
        ):
            found.put({path for _, path in changes})

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def build(load: Callable[[], Config], servers: Servers) -> Built:
    """One build, with what came of it."""
    config: Config | None = None
    try:
        config = load()
        return Built(config, pipeline.build(config, servers=servers))
    except SqlgenError as error:
        if isinstance(error, ServerUnavailableError):
            servers.close()  # the next build starts it anew
        return Built(config, None, error.diagnostics)


def matters(root: Path, path: str) -> bool:
    """Whether a file below *root* may be one of a project's: no hidden ones, nor editors' copies.

    So may a folder, in a new one of which there can be files before anybody looks into it.
    """
    inside = Path(path).relative_to(root) if Path(path).is_relative_to(root) else None
    if inside is None or any(part.startswith(".") for part in inside.parts):
        return False
    return inside.suffix in ("", ".sql", ".control", ".toml", ".jinja")


def is_source(config: Config, path: str) -> bool:
    """Whether the generated code may depend on the file (or on what stood there)."""
    inside = os.path.relpath(path, config.root).replace(os.sep, "/")
    optional = (config.extensions, config.templates)
    folders = (config.queries, config.migrations, *filter(None, optional))
    return inside == "pyproject.toml" or any(
        inside.startswith(f"{folder}/") for folder in folders
    )
