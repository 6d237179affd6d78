"""`sqlgen migrate check`."""

from pathlib import Path

import click

from ...migrate import DRIFT
from ..console import DRIFTED, FAILED
from .output import count, format_option, print_json
from .statuses import PENDING, read_statuses, status_json
from .target import database_options


@click.command()
@database_options
@format_option
@click.pass_obj
def check(directory: Path, url: str | None, name: str | None, format_: str) -> None:
    """Check that the database has all migrations, for deployments.

    Exit status 0: nothing is pending; 1: something is; 4: the database and the files
    have drifted apart (changed, missing or out of order).
    """
    statuses = read_statuses(directory, url, name, format_)
    drifted = [status for status in statuses if status.state in DRIFT]
    pending = [status for status in statuses if status.state in PENDING]
    if format_ == "json":
        print_json(
            {
                "state": "drift" if drifted else "pending" if pending else "current",
                "drift": [status_json(status) for status in drifted],
                "pending": [status_json(status) for status in pending],
            }
        )
    elif drifted or pending:
        for status in drifted or pending:
            click.echo(f"{status.version} {status.description}: {status.state}")
        problem = "drifted apart" if drifted else "pending"
        click.echo(f"{count(len(drifted or pending))} {problem}", err=True)
    else:
        click.echo("nothing is pending")
    if drifted or pending:
        raise SystemExit(DRIFTED if drifted else FAILED)
