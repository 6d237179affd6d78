"""`sqlgen check`."""

from pathlib import Path

import click

from .. import pipeline, write
from .console import FAILED, Progress, configuration, format_option, outcome, show


@click.command()
@format_option
@click.pass_obj
def check(directory: Path, format_: str) -> None:
    """Tell whether the generated code is current; write nothing.

    Does all that `build` does but the writing. Prints a diff and exits with 1 if
    `build` would change anything.
    """
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            plan = pipeline.plan(config, progress=progress)
    if format_ == "text":
        show(plan.warnings)
        click.echo(write.diff(plan.changes), nl=False)
        click.echo(verdict(len(plan.changes), config.output), err=bool(plan.changes))
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
