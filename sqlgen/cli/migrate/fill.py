"""`sqlgen migrate reset` and `seed`."""

from pathlib import Path

import click

from ... import database, migrate
from ...migrate import project
from ..console import Progress, configuration, outcome
from .run import tell, teller
from .target import (
    confirm,
    count,
    database_options,
    force_option,
    listening,
    yes_option,
)


@click.command()
@database_options
@yes_option
@force_option
@click.pass_obj
def reset(
    directory: Path, url: str | None, name: str | None, yes: bool, force: bool
) -> None:
    """Drop and create the database, and apply all migrations.

    Asks before. Refuses a server that is not on this machine, unless --force.
    """
    with outcome():
        config = configuration(directory)
        migrations = project.migrations(config)
        with Progress() as progress:
            target = project.target(config, url, name, progress=progress)
        called = database.url(target.conninfo, with_password=False)
        confirm(f"Drop {called} with everything in it?", yes=yes)
        with Progress() as progress, listening(progress):
            progress("dropping and creating the database")
            migrate.reset(target.conninfo, force=force)
            done = project.up(
                config, target, progress=teller("applied", progress, "text")
            )
    assert len(done) == len(migrations)
    tell("applied", done, "text", nothing="there are no migrations")


@click.command()
@database_options
@click.pass_obj
def seed(directory: Path, url: str | None, name: str | None) -> None:
    """Run the SQL files of `seeds/` in order, in one transaction."""
    with outcome(), Progress() as progress, listening(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        progress("planting seeds")
        paths = project.seed(config, target)
    for path in paths:
        click.echo(f"ran {path}")
    if not paths:
        click.echo(f"there are no files in {config.migrate.seeds}/")
    else:
        click.echo(f"{count(len(paths), 'file')} committed")
