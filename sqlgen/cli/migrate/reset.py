"""`sqlgen migrate reset`."""

from pathlib import Path

import click

from ... import migrate
from ...migrate import MigrationRun, project
from ..confirmation import confirm, yes_option
from ..console import Progress, exit_on_errors
from .output import print_runs, run_printer
from .target import database_options, migrated_project, show_log


@click.command()
@database_options
@yes_option
@click.option(
    "--force", is_flag=True, help="Also on a server that is not on this machine."
)
@click.pass_obj
def reset(
    directory: Path, url: str | None, name: str | None, yes: bool, force: bool
) -> None:
    """Drop and create the database, and apply all migrations.

    Asks first. Refuses a server that is not on this machine, unless --force.
    """
    runs: tuple[MigrationRun, ...] = ()
    with exit_on_errors():
        config = migrated_project(directory)
        migrations = project.migrations(config)
        with Progress() as progress:
            target = project.target(config, url, name, progress=progress)
            database = migrate.find_database(target.conninfo, force=force)
        confirm(f"Drop {database} with everything in it?", yes=yes)
        with Progress() as progress, show_log(progress):
            progress("dropping and creating the database")
            migrate.reset(database)
            for schema in config.migrate.schemas or (None,):
                verb = f"{schema}: applied" if schema else "applied"
                printer = run_printer(verb, progress, "text")
                applied = project.up(config, target, schema=schema, progress=printer)
                assert len(applied) == len(migrations)
                runs += applied
    print_runs("applied", runs, "text", none="there are no migrations")
