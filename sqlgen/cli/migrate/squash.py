"""`sqlgen migrate squash`."""

from pathlib import Path

import click

from ... import write
from ...migrate import project
from ..confirmation import confirm, yes_option
from ..console import Progress, configuration, exit_on_errors
from .output import count


@click.command()
@click.option(
    "--to",
    type=int,
    required=True,
    metavar="VERSION",
    help="The last migration to squash; all databases should have it.",
)
@yes_option
@click.pass_obj
def squash(directory: Path, to: int, yes: bool) -> None:
    """Replace the first migrations by one file with the same result.

    The file is written by pg_dump, and tried on a scratch database: schema and rows must
    be the same. Databases that have the migrations are taken to have the file.
    """
    with exit_on_errors():
        config = configuration(directory)
        with Progress() as progress:
            squashed, changes = project.squash(config, to, progress=progress)
        for line in squashed.contents:
            if line.startswith("rows of "):
                click.echo(f"{line.partition(', ')[0]} are in the file", err=True)
        number = count(len(squashed.migrations))
        confirm(f"Replace {number} by {squashed.path}?", yes=yes)
        write.apply(config.root, changes)
    click.echo(f"created {squashed.path}, which has the same result as {number}")
    click.echo(f"deleted {count(len(changes) - 1, 'file')}")
