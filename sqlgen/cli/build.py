"""`sqlgen build`."""

from pathlib import Path

import click

from .. import pipeline
from ..model.output import Change
from .console import (
    Progress,
    cache_option,
    configuration,
    format_option,
    hurry,
    outcome,
    show,
)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@format_option
@cache_option
@click.pass_obj
def build(directory: Path, files: tuple[Path, ...], format_: str) -> None:
    """Generate the typed functions of all queries, or only those of FILES.

    Applies the migrations to a scratch database, asks PostgreSQL for the types of
    every query, and writes the package. If anything is wrong, nothing is written.
    """
    hurry()
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            plan = pipeline.build(config, only=files, progress=progress)
        show((*plan.of_migrations, *plan.warnings), format_)
        if format_ == "text":
            for change in plan.changes:
                click.echo(f"{verb(change)} {change.path}")
            click.echo(summary(len(plan.changes), config.output))


def verb(change: Change) -> str:
    """What happened to a file, in a word of one width."""
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "updated"


def summary(changed: int, folder: str) -> str:
    """The last line of a build."""
    if not changed:
        return f"{folder}/ is current"
    return f"{folder}/: {changed} file{'s' if changed > 1 else ''} changed"
