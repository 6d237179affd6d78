"""Saved files -> builds: again and again, with the server kept running in between."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import pipeline
from .facts import Servers
from .model.config import Config
from .model.diagnostic import Diagnostic, SqlgenError
from .model.output import Plan

_DEBOUNCE = 50
"""Milliseconds that an editor has for writing all that belongs to one save."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of one build: its plan, or all that is wrong."""

    config: Config | None
    plan: Plan | None
    errors: tuple[Diagnostic, ...] = ()


def builds(
    load: Callable[[], Config], root: Path, *, stop: Any = None
) -> Iterator[Built]:
    """Build now, and after each save of a file that matters, until *stop* is set.

    *load* reads the configuration, which may change as well. No mistake of the user's ends it.
    """
    import watchfiles

    with Servers() as servers:
        built = build(load, servers)
        yield built
        for changes in watchfiles.watch(
            root,
            watch_filter=lambda _, path: matters(root, path),
            debounce=_DEBOUNCE,
            step=10,
            rust_timeout=500 if stop is not None else 0,
            stop_event=stop,
            raise_interrupt=True,
            yield_on_timeout=False,
        ):
            config = built.config
            if config is None or any(is_source(config, path) for _, path in changes):
                built = build(load, servers)
                yield built


def build(load: Callable[[], Config], servers: Servers) -> Built:
    """One build, with what came of it."""
    config: Config | None = None
    try:
        config = load()
        return Built(config, pipeline.build(config, servers=servers))
    except SqlgenError as error:
        return Built(config, None, error.diagnostics)


def matters(root: Path, path: str) -> bool:
    """Whether a file below *root* may be one of a project's: no hidden ones, nor editors' copies."""
    inside = Path(path).relative_to(root) if Path(path).is_relative_to(root) else None
    if inside is None or any(part.startswith(".") for part in inside.parts):
        return False
    return inside.suffix in (".sql", ".control", ".toml")


def is_source(config: Config, path: str) -> bool:
    """Whether the generated code may depend on the file (or on what stood there)."""
    inside = os.path.relpath(path, config.root).replace(os.sep, "/")
    folders = (config.queries, config.migrations, config.extensions or config.queries)
    return inside == "pyproject.toml" or any(
        inside.startswith(f"{folder}/") for folder in folders
    )
