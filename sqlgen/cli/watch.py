"""`sqlgen watch`."""

import subprocess
import sys
import time
from pathlib import Path

import click

from ..build import watch as watching
from .console import configuration, exit_on_errors, show
from .generation import summary, verb


@click.command()
@click.option(
    "--exec",
    "command",
    metavar="CMD",
    help="Run this shell command after each good build that changed something.",
)
@click.pass_obj
def watch(directory: Path, command: str | None) -> None:
    """Build now, and again at every save of a query, a migration or the settings.

    The server stays up in between. Errors are shown; the next save builds again. Ends
    with Ctrl-C.
    """
    with exit_on_errors():
        root = configuration(directory).root
        for outcome in watching.builds(lambda: configuration(directory), root):
            if sys.stdout.isatty():
                click.clear()
            now = time.strftime("%H:%M:%S")
            if outcome.plan is None or outcome.config is None:
                show(outcome.errors)
                click.echo(f"{now} waiting for the next save")
                continue
            show((*outcome.plan.warnings, *outcome.plan.notes))
            for change in outcome.plan.changes:
                click.echo(f"{verb(change)} {change.path}")
            click.echo(
                f"{now} {summary(len(outcome.plan.changes), outcome.config.output)}"
            )
            if command and outcome.plan.changes:
                run(command, root)


def run(command: str, folder: Path) -> None:
    """Run a shell command of the user's; tell if it fails."""
    status = subprocess.run(command, shell=True, cwd=folder, check=False).returncode
    if status:
        click.echo(f"`{command}` ended with {status}", err=True)
