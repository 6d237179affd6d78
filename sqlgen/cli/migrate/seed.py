"""`sqlgen migrate seed`."""

from pathlib import Path

import click

from ...migrate import project
from ..console import Progress, configuration, exit_on_errors
from .output import count
from .target import database_options, show_log


@click.command()
@database_options
@click.pass_obj
def seed(directory: Path, url: str | None, name: str | None) -> None:
    """Run the SQL files of `seeds/` in order, in one transaction."""
    with exit_on_errors(), Progress() as progress, show_log(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        progress("running the seeds")
        paths = project.seed(config, target)
    for path in paths:
        click.echo(f"ran {path}")
    if not paths:
        click.echo(f"there are no files in {config.migrate.seeds}/")
    else:
        click.echo(f"{count(len(paths), 'file')} committed")
