"""`sqlgen migrate up`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ... import lint, migrate
from ...migrate import MigrationRun, project
from ..console import Progress, exit_on_errors, show
from .output import (
    count,
    format_option,
    migration_json,
    print_json,
    print_runs,
    run_printer,
)
from .schemas import (
    SchemaWork,
    chosen_schemas,
    report_runs,
    schema_option,
    work_on_each,
)
from .target import database_options, migrated_project, show_log


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
@schema_option
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
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Apply the pending migrations, in order, each in its own transaction."""
    runs: tuple[MigrationRun, ...] = ()
    works: tuple[SchemaWork[tuple[MigrationRun, ...]], ...] = ()
    with exit_on_errors(format_), Progress() as progress, show_log(progress):
        config = migrated_project(directory)
        chosen = chosen_schemas(config, schemas)
        target = project.target(config, url, name, progress=progress)
        if dry_run:
            plans = [
                (
                    schema,
                    project.dry_run(
                        config,
                        target,
                        schema=schema,
                        to=to,
                        allow_out_of_order=allow_out_of_order,
                        ignore_missing=ignore_missing,
                    ),
                )
                for schema in chosen or (None,)
            ]
            print_plans(plans, format_)
            return
        if format_ == "text":
            progress.echo(f"migrating {target}", err=True)

        def run(
            schema: str | None, print_run: Callable[[MigrationRun], None]
        ) -> tuple[MigrationRun, ...]:
            return project.up(
                config,
                target,
                schema=schema,
                to=to,
                allow_out_of_order=allow_out_of_order,
                ignore_missing=ignore_missing,
                resume=migrate.Resume(resume) if resume else None,
                progress=print_run,
            )

        if chosen:
            works = work_on_each(chosen, run, progress, "applied", format_)
        else:
            runs = run(None, run_printer("applied", progress, format_))
    applied = {
        run.migration.version: run.migration
        for run in (*runs, *[run for work in works for run in work.runs])
    }
    show(lint.empty_migrations(list(applied.values())))
    none = "nothing is pending"
    if works:
        report_runs(works, "applied", format_, none=none)
    else:
        print_runs("applied", runs, format_, none=none)


def print_plans(
    plans: Sequence[tuple[str | None, migrate.MigrationPlan]], format_: str
) -> None:
    """Print the migrations that would be applied in each schema (`None`: the search path's)."""
    for schema, plan in plans:
        show(plan.warnings)
        show(lint.empty_migrations(plan.migrations))
        if format_ == "text":
            prefix = f"{schema}: " if schema else ""
            for migration in plan.migrations:
                click.echo(f"{prefix}would apply {project.short_name(migration)}")
            click.echo(f"{prefix}{count(len(plan.migrations))} pending")
    if format_ == "json":
        documents = [
            ({"schema": schema} if schema else {})
            | {"pending": [migration_json(m) for m in plan.migrations]}
            for schema, plan in plans
        ]
        named = plans[0][0] is not None
        print_json({"schemas": documents} if named else documents[0])
