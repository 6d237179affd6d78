"""The options that choose the database, and the runner's log while it works on it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from ...migrate import NOTICE, project
from ...model.config import Config
from ..console import Progress, configuration

Function = TypeVar("Function", bound=Callable[..., Any])


def database_options(function: Function) -> Function:
    """Add `--database-url URL` and `--database NAME`."""
    name = click.option(
        "--database",
        "name",
        metavar="NAME",
        help="The database of this name, instead of the URL's own or of `dev`.",
    )
    url = click.option(
        "--database-url",
        "url",
        metavar="URL",
        envvar="DATABASE_URL",
        show_envvar=True,
        callback=lambda _context, _parameter, value: value or None,
        help="The database to work on. Without it, that of DATABASE_URL in the file `.env`.",
    )
    return url(name(function))


def migrated_project(directory: Path) -> Config:
    """Return the configuration of the project that *directory* is in, whose schema is migrations.

    Raises `ConfigurationError` if it comes from elsewhere.
    """
    config = configuration(directory)
    project.refuse_other_schema(config)
    return config


@contextmanager
def show_log(progress: Progress) -> Iterator[None]:
    """Print the runner's warnings, and show its other log records as *progress*."""
    logger = logging.getLogger("sqlgen.migrate")
    handler = _ProgressHandler(progress)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _ProgressHandler(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Print or show one log record."""
        message = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._progress.echo(f"warning: {message}", err=True)
        elif record.levelno == NOTICE:
            self._progress.echo(f"notice: {message}", err=True)
        else:
            self._progress(message)
