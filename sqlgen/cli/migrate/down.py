"""`sqlgen migrate down`."""

from collections.abc import Callable
from pathlib import Path

import click

from ...migrate import MigrationRun, project
from ..console import Progress, exit_on_errors
from .output import format_option, print_runs, run_printer
from .schemas import (
    SchemaWork,
    chosen_schemas,
    report_runs,
    schema_option,
    work_on_each,
)
from .target import database_options, migrated_project, show_log


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
@click.option(
    "--ignore-missing",
    is_flag=True,
    help="Pass over what the database has and the files have not, as after a rollback.",
)
@schema_option
@database_options
@format_option
@click.pass_obj
def down(
    directory: Path,
    steps: int | None,
    to: int | None,
    ignore_missing: bool,
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Revert the last migration, or several, the last one first."""
    if steps is not None and to is not None:
        raise click.UsageError("use either --steps or --to")
    runs: tuple[MigrationRun, ...] = ()
    works: tuple[SchemaWork[tuple[MigrationRun, ...]], ...] = ()
    with exit_on_errors(format_), Progress() as progress, show_log(progress):
        config = migrated_project(directory)
        chosen = chosen_schemas(config, schemas)
        target = project.target(config, url, name, progress=progress)

        def run(
            schema: str | None, print_run: Callable[[MigrationRun], None]
        ) -> tuple[MigrationRun, ...]:
            return project.down(
                config,
                target,
                schema=schema,
                steps=steps or 1,
                to=to,
                ignore_missing=ignore_missing,
                progress=print_run,
            )

        if chosen:
            works = work_on_each(chosen, run, progress, "reverted", format_)
        else:
            runs = run(None, run_printer("reverted", progress, format_))
    none = "nothing is applied"
    if works:
        report_runs(works, "reverted", format_, none=none)
    else:
        print_runs("reverted", runs, format_, none=none)
