"""`sqlgen migrate baseline`."""

from pathlib import Path

import click

from ... import migrate
from ...migrate import project
from ..console import Progress, exit_on_errors
from .output import count
from .schemas import chosen_schemas, schema_option
from .target import database_options, migrated_project, show_log


@click.command()
@click.argument("version", type=int)
@schema_option
@database_options
@click.pass_obj
def baseline(
    directory: Path,
    version: int,
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
) -> None:
    """Mark the migrations up to VERSION as applied, without running them.

    For a database whose schema was made by other means.
    """
    with exit_on_errors(), Progress() as progress, show_log(progress):
        config = migrated_project(directory)
        chosen = chosen_schemas(config, schemas)
        target = project.target(config, url, name, progress=progress)
        for schema in chosen or (None,):
            migrations = migrate.baseline(
                target.conninfo,
                project.migrations(config),
                version,
                table=config.migrate.table,
                schema=schema,
                lock_timeout=config.migrate.lock_timeout,
            )
            prefix = f"{schema}: " if schema else ""
            for migration in migrations:
                progress.echo(f"{prefix}marked {project.short_name(migration)}")
            progress.echo(f"{prefix}{count(len(migrations))} marked as applied")
