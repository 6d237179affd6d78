"""What the commands of `sqlgen migrate` share: the database, the questions, the words."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from ...migrate import project
from ...model.diagnostic import ConfigurationError, Diagnostic
from ...model.migration import Migration
from ..console import Progress

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
        help="The database to work on.",
    )
    return url(name(function))


def format_option(function: Function) -> Function:
    """Add `--format text|json`."""
    option = click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        help="A page for people, or one document for tools.",
    )
    return option(function)


yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
force_option = click.option(
    "--force", is_flag=True, help="Also on a server that is not on this machine."
)


@contextmanager
def listening(progress: Progress) -> Iterator[None]:
    """Let what the runner logs be seen: its warnings, and what it is doing or waiting for."""
    logger = logging.getLogger("sqlgen.migrate")
    handler = _Handler(progress)
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


class _Handler(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record."""
        message = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._progress.echo(f"warning: {message}", err=True)
        else:
            self._progress(message)


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless *yes*; without a terminal there is nobody to say it.

    Raises `ConfigurationError` there, and `click.Abort` where the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(
            Diagnostic(
                code="needs-confirmation",
                message="this is to be confirmed, and there is no terminal to ask on",
                label=None,
                hint="use `--yes` if you are sure",
            )
        )
    click.confirm(question, abort=True, err=True)


def duration(seconds: float) -> str:
    """A time as people read it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def count(number: int, noun: str = "migration") -> str:
    """`1 migration`, `2 migrations`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_json(migration: Migration) -> dict[str, Any]:
    """A migration as tools see it."""
    return {
        "version": migration.version,
        "description": migration.description,
        "name": project.stem(migration),
        "up": migration.up.path,
        "down": migration.down.path if migration.down else None,
    }
