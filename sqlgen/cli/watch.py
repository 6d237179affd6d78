"""`sqlgen watch`."""

import subprocess
import sys
import time
from pathlib import Path

import click

from ..build import watch as watching
from .console import configuration, outcome, show
from .work import summary, verb


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

    The server stays up in between. Mistakes are shown; the next save mends them. Ends
    with Ctrl-C.
    """
    with outcome():
        root = configuration(directory).root
        for built in watching.builds(lambda: configuration(directory), root):
            if sys.stdout.isatty():
                click.clear()
            now = time.strftime("%H:%M:%S")
            if built.plan is None or built.config is None:
                show(built.errors)
                click.echo(f"{now} waiting for the next save")
                continue
            show(built.plan.warnings)
            for change in built.plan.changes:
                click.echo(f"{verb(change)} {change.path}")
            click.echo(f"{now} {summary(len(built.plan.changes), built.config.output)}")
            if command and built.plan.changes:
                run(command, root)


def run(command: str, folder: Path) -> None:
    """Run a shell command of the user's; that it fails is theirs to see."""
    status = subprocess.run(command, shell=True, cwd=folder, check=False).returncode
    if status:
        click.echo(f"`{command}` ended with {status}", err=True)
