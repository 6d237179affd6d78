"""`sqlgen migrate up`."""

from pathlib import Path

import click

from ... import migrate
from ...migrate import project
from ..console import Progress, configuration, exit_on_errors, show
from .output import (
    count,
    format_option,
    migration_json,
    print_json,
    print_runs,
    run_printer,
)
from .target import database_options, show_log


@click.command()
@click.option("--to", type=int, metavar="VERSION", help="Stop after this version.")
@click.option("--dry-run", is_flag=True, help="Only print what would be applied.")
@click.option(
    "--allow-out-of-order",
    is_flag=True,
    help="Also apply migrations that are earlier than one that is applied.",
)
@click.option(
    "--ignore-missing",
    is_flag=True,
    help="Accept a database that has later migrations than the files, as after a rollback.",
)
@click.option(
    "--resume",
    type=click.Choice(list(migrate.Resume)),
    help="What to do with a statement that an earlier, killed run may have run or not.",
)
@database_options
@format_option
@click.pass_obj
def up(
    directory: Path,
    to: int | None,
    dry_run: bool,
    allow_out_of_order: bool,
    ignore_missing: bool,
    resume: str | None,
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Apply the pending migrations, in order, each in its own transaction."""
    with exit_on_errors(format_), Progress() as progress, show_log(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        if dry_run:
            plan = migrate.dry_run(
                target.conninfo,
                project.migrations(config),
                table=config.migrate.table,
                to=to,
                allow_out_of_order=allow_out_of_order,
                ignore_missing=ignore_missing,
            )
            print_plan(plan, format_)
            return
        if format_ == "text":
            progress.echo(f"migrating {target}", err=True)
        runs = project.up(
            config,
            target,
            to=to,
            allow_out_of_order=allow_out_of_order,
            ignore_missing=ignore_missing,
            resume=migrate.Resume(resume) if resume else None,
            progress=run_printer("applied", progress, format_),
        )
    print_runs("applied", runs, format_, none="nothing is pending")


def print_plan(plan: migrate.MigrationPlan, format_: str) -> None:
    """Print the migrations that would be applied."""
    show(plan.warnings)
    if format_ == "json":
        print_json({"pending": [migration_json(m) for m in plan.migrations]})
        return
    for migration in plan.migrations:
        click.echo(f"would apply {project.short_name(migration)}")
    click.echo(f"{count(len(plan.migrations))} pending")
