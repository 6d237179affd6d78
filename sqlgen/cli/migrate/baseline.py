"""`sqlgen migrate baseline`."""

from pathlib import Path

import click

from ... import migrate
from ...migrate import project
from ..console import Progress, configuration, exit_on_errors
from .output import count
from .target import database_options, show_log


@click.command()
@click.argument("version", type=int)
@database_options
@click.pass_obj
def baseline(directory: Path, version: int, url: str | None, name: str | None) -> None:
    """Mark the migrations up to VERSION as applied, without running them.

    For a database whose schema was made by other means.
    """
    with exit_on_errors(), Progress() as progress, show_log(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        migrations = migrate.baseline(
            target.conninfo,
            project.migrations(config),
            version,
            table=config.migrate.table,
            lock_timeout=config.migrate.lock_timeout,
        )
    for migration in migrations:
        click.echo(f"marked {project.short_name(migration)}")
    click.echo(f"{count(len(migrations))} marked as applied")
