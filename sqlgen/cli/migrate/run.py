"""`sqlgen migrate up` and `down`."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from ... import migrate
from ...migrate import MigrationRun, project
from ..console import Progress, configuration, outcome, show
from .target import (
    as_json,
    count,
    database_options,
    duration,
    format_option,
    listening,
)


@click.command()
@click.option("--to", type=int, metavar="VERSION", help="Stop after this version.")
@click.option("--dry-run", is_flag=True, help="Only say what would be applied.")
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Also apply migrations that are earlier than one that is applied.",
)
@database_options
@format_option
@click.pass_obj
def up(
    directory: Path,
    to: int | None,
    dry_run: bool,
    allow_out_of_order: bool,
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Apply the pending migrations, in order, each in its own transaction."""
    with outcome(format_), Progress() as progress, listening(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        if dry_run:
            pending = migrate.dry_run(
                target.conninfo,
                project.migrations(config),
                table=config.migrate.table,
                to=to,
                allow_out_of_order=allow_out_of_order,
            )
            show(pending.notes)
            found = [s.migration for s in pending.standings if s.migration]
            if format_ == "json":
                document = {"pending": [as_json(migration) for migration in found]}
                click.echo(json.dumps(document, indent=2, ensure_ascii=False))
                return
            for migration in found:
                click.echo(f"would apply {project.stem(migration)}")
            click.echo(f"{count(len(found))} pending")
            return
        done = project.up(
            config,
            target,
            to=to,
            allow_out_of_order=allow_out_of_order,
            progress=teller("applied", progress, format_),
        )
    tell("applied", done, format_, nothing="nothing is pending")


@click.command()
@click.option(
    "--steps", type=click.IntRange(min=1), metavar="N", help="How many; 1 by default."
)
@click.option(
    "--to",
    type=click.IntRange(min=0),
    metavar="VERSION",
    help="Revert all that are later than this one; 0 reverts all.",
)
@database_options
@format_option
@click.pass_obj
def down(
    directory: Path,
    steps: int | None,
    to: int | None,
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Revert the last migration, or several, the last one first."""
    if steps is not None and to is not None:
        raise click.UsageError("use either --steps or --to")
    with outcome(format_), Progress() as progress, listening(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        done = migrate.down(
            target.conninfo,
            project.migrations(config),
            table=config.migrate.table,
            lock_timeout=config.migrate.lock_timeout,
            steps=steps or 1,
            to=to,
            progress=teller("reverted", progress, format_),
        )
    tell("reverted", done, format_, nothing="nothing is applied")


def teller(
    verb: str, progress: Progress, format_: str
) -> Callable[[MigrationRun], None]:
    """What prints a line after each migration, for people."""

    def say(done: MigrationRun) -> None:
        if format_ == "text":
            name, time = project.stem(done.migration), duration(done.seconds)
            progress.echo(f"{verb} {name}  {time}")

    return say


def tell(
    verb: str, done: tuple[MigrationRun, ...], format_: str, *, nothing: str
) -> None:
    """Print the last line, or the document."""
    if format_ == "json":
        document = {verb: [as_json(d.migration) | {"seconds": d.seconds} for d in done]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif not done:
        click.echo(nothing)
    else:
        total = duration(sum(d.seconds for d in done))
        click.echo(f"{count(len(done))} {verb} in {total}")
