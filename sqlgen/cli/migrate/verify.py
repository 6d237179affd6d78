"""`sqlgen migrate verify`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from ... import database
from ...migrate import project
from ...model.config import Config
from ...model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Severity,
    SqlgenError,
)
from ...model.migration import Migration
from ...risk import diagnose, queries_of, risks, since_revision
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
    is risky: also of what `sqlgen migrate risk` measures. Exit status 1 if a down file does
    not restore the earlier schema.
    """
    with exit_on_errors(format_):
        config = migrated_project(directory)
        with Progress() as progress:
            diagnostics = project.verify(
                config,
                with_seeds=seed,
                further=partial(_risks, config, progress),
                progress=progress,
            )
    show(diagnostics, format_)
    failed = any(d.severity is Severity.ERROR for d in diagnostics)
    if format_ == "text" and not failed:
        with_rows = seed and bool(project.seeds(config))
        click.echo(summary(project.migrations(config), with_rows=with_rows))
    if failed:
        raise SystemExit(FAILED)


def _risks(
    config: Config, progress: Progress, server: database.Server
) -> tuple[Diagnostic, ...]:
    """Return warnings about the migrations that the main branch does not have.

    Where git does not know that, it is about the newest one, which may still be changed.
    """
    migrations = project.migrations(config)
    try:
        selected = since_revision(config, migrations, None)
    except ConfigurationError:
        selected = migrations[-1:]
    try:
        queries = queries_of(config)
    except SqlgenError:  # it is for `build` to report
        queries = ()
    found = risks(server, config, migrations, selected, queries, progress=progress)
    return tuple([diagnose(finding) for finding in found if not finding.is_harmless])


def summary(migrations: Sequence[Migration], *, with_rows: bool) -> str:
    """Return the last line of a verification that succeeded."""
    number = count(len(migrations))
    without_down = sum(migration.down is None for migration in migrations)
    if without_down:
        verb = "has" if without_down == 1 else "have"
        return f"{number}: each down file restores the earlier schema, {without_down} {verb} none"
    rows = ", also with the rows of the seeds" if with_rows else ""
    return f"{number}: each can be reverted{rows}"
