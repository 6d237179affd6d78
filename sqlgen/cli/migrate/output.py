"""The text and the JSON documents that the commands print."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ...migrate import MigrationRun, project
from ...model.diagnostic import SqlgenError
from ...model.migration import Migration
from ..console import Progress

Function = TypeVar("Function", bound=Callable[..., Any])


def format_option(function: Function) -> Function:
    """Add `--format text|json`."""
    option = click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Text for people, or one JSON document for tools.",
    )
    return option(function)


def run_printer(
    verb: str, progress: Progress, format_: str
) -> Callable[[MigrationRun], None]:
    """Return a function that prints a line for each migration, if the format is text.

    *verb* is "applied" or "reverted".
    """

    def print_run(run: MigrationRun) -> None:
        if format_ == "text":
            name, time = project.short_name(run.migration), duration(run.seconds)
            progress.echo(f"{verb} {name}  {time}")

    return print_run


def print_runs(
    verb: str, runs: tuple[MigrationRun, ...], format_: str, *, none: str
) -> None:
    """Print the last line of the text, or the JSON document; *none* is the line if nothing ran."""
    if format_ == "json":
        print_json({verb: [run_json(run) for run in runs]})
    elif not runs:
        click.echo(none)
    else:
        total = duration(sum(run.seconds for run in runs))
        click.echo(f"{count(len(runs))} {verb} in {total}")


def print_json(document: dict[str, Any]) -> None:
    """Print *document* as indented JSON."""
    from ... import report  # not needed for text

    click.echo(report.json_text(document))


def run_json(run: MigrationRun) -> dict[str, Any]:
    """Return a migration that ran as JSON documents have it."""
    return migration_json(run.migration) | {"seconds": run.seconds}


def diagnostics_json(error: SqlgenError | None) -> list[dict[str, Any]]:
    """Return the diagnostics of *error* as JSON documents have them; none without an error."""
    if error is None:
        return []
    from ... import report  # rarely needed

    diagnostics: list[dict[str, Any]] = json.loads(report.json(error.diagnostics))
    return diagnostics


def migration_json(migration: Migration) -> dict[str, Any]:
    """Return a migration as JSON documents have it."""
    return {
        "version": migration.version,
        "description": migration.description,
        "name": project.short_name(migration),
        "up": migration.up.path,
        "down": migration.down.path if migration.down else None,
    }


def duration(seconds: float) -> str:
    """Return a time for people: `120 ms`, `2.5 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def count(number: int, noun: str = "migration") -> str:
    """Return a number with its noun: `1 migration`, `2 migrations`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
