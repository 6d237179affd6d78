"""`sqlgen migrate verify`."""

from collections.abc import Sequence
from pathlib import Path

import click

from ...migrate import project
from ...model.diagnostic import Severity
from ...model.migration import Migration
from ..console import FAILED, Progress, exit_on_errors, show
from ..options import format_option
from .output import count
from .target import migrated_project


@click.command()
@click.option(
    "--seed", is_flag=True, help="Also with the rows of `seeds/` in the tables."
)
@format_option
@click.pass_obj
def verify(directory: Path, seed: bool, format_: str) -> None:
    """Run every migration up, down and up again on a scratch database.

    Shows what a down file does not restore, as a diff of the schema, and warns of what
    is risky. Exit status 1 if a down file does not restore the earlier schema.
    """
    with exit_on_errors(format_):
        config = migrated_project(directory)
        with Progress() as progress:
            diagnostics = project.verify(config, with_seeds=seed, progress=progress)
    show(diagnostics, format_)
    failed = any(d.severity is Severity.ERROR for d in diagnostics)
    if format_ == "text" and not failed:
        with_rows = seed and bool(project.seeds(config))
        click.echo(summary(project.migrations(config), with_rows=with_rows))
    if failed:
        raise SystemExit(FAILED)


def summary(migrations: Sequence[Migration], *, with_rows: bool) -> str:
    """Return the last line of a verification that succeeded."""
    number = count(len(migrations))
    without_down = sum(migration.down is None for migration in migrations)
    if without_down:
        verb = "has" if without_down == 1 else "have"
        return f"{number}: each down file restores the earlier schema, {without_down} {verb} none"
    rows = ", also with the rows of the seeds" if with_rows else ""
    return f"{number}: each can be reverted{rows}"
