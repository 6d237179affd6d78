"""`sqlgen migrate down`."""

from pathlib import Path

import click

from ... import migrate
from ...migrate import project
from ..console import Progress, configuration, exit_on_errors
from .output import format_option, print_runs, run_printer
from .target import database_options, show_log


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
    with exit_on_errors(format_), Progress() as progress, show_log(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        runs = migrate.down(
            target.conninfo,
            project.migrations(config),
            table=config.migrate.table,
            lock_timeout=config.migrate.lock_timeout,
            steps=steps or 1,
            to=to,
            progress=run_printer("reverted", progress, format_),
        )
    print_runs("reverted", runs, format_, none="nothing is applied")
