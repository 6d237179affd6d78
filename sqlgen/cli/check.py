"""`sqlgen check`."""

from pathlib import Path
from typing import Final

import click

from .. import pipeline, write
from .console import (
    FAILED,
    Progress,
    cache_option,
    configuration,
    format_option,
    hurry,
    outcome,
    show,
)

UNPROVED: Final = """\
not proved without a server: that the migrations run, and that PostgreSQL still says
of the queries what was recorded; `sqlgen check` proves both"""


@click.command()
@click.option(
    "--offline",
    is_flag=True,
    help="Use the recorded analysis of the last build; needs no server.",
)
@format_option
@cache_option
@click.pass_obj
def check(directory: Path, offline: bool, format_: str) -> None:
    """Tell whether the generated code is current; write nothing.

    Does all that `build` does but the writing. Prints a diff and exits with 1 if
    `build` would change anything.

    With --offline, nothing is analysed: it is checked that migrations, queries and
    settings are those of the recorded analysis, and that it gives the generated code.
    """
    hurry()
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            check_ = pipeline.check_offline if offline else pipeline.plan
            plan = check_(config, progress=progress)
    if format_ == "text":
        show(plan.warnings)
        click.echo(write.diff(plan.changes), nl=False)
        click.echo(verdict(len(plan.changes), config.output), err=bool(plan.changes))
        if offline and not plan.changes:
            click.echo(UNPROVED)
    else:
        show((*plan.warnings, *pipeline.stale(plan)), format_)
    if plan.changes:
        raise SystemExit(FAILED)


def verdict(stale: int, folder: str) -> str:
    """The last line of a check."""
    if not stale:
        return f"{folder}/ is current"
    files = "1 file is" if stale == 1 else f"{stale} files are"
    return f"{folder}/: {files} stale; run `sqlgen build` and commit the result"
