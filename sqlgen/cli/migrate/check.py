"""`sqlgen migrate check`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ... import report
from ...migrate import DRIFT, MigrationStatus
from ..console import DRIFTED, FAILED
from .output import count, format_option, print_json
from .schemas import schema_option
from .statuses import PENDING, read_statuses, schema_json, status_json
from .target import database_options


@click.command()
@schema_option
@database_options
@format_option
@click.pass_obj
def check(
    directory: Path,
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Check that the database has all migrations, for deployments.

    Exit status 0: nothing is pending; 1: something is; 4: the database and the files
    have drifted apart (changed, missing or out of order).
    """
    read = read_statuses(directory, url, name, schemas, format_)
    drifted = [(k, s) for k, v in read for s in v.statuses if s.state in DRIFT]
    pending = [(k, s) for k, v in read for s in v.statuses if s.state in PENDING]
    if format_ == "json":
        documents = [
            schema_json(schema, ledger_status) | _document(ledger_status.statuses)
            for schema, ledger_status in read
        ]
        if read[0][0] is None:
            print_json(documents[0])
        else:
            print_json(
                {"state": _state(len(drifted), len(pending)), "schemas": documents}
            )
    elif drifted or pending:
        for schema, status in drifted or pending:
            prefix = f"{schema}: " if schema else ""
            line = f"{prefix}{status.version} {status.description}: {status.state}"
            click.echo(report.printable(line))
        problem = "drifted apart" if drifted else "pending"
        click.echo(f"{count(len(drifted or pending))} {problem}", err=True)
    else:
        click.echo("nothing is pending")
    if drifted or pending:
        raise SystemExit(DRIFTED if drifted else FAILED)


def _document(statuses: Sequence[MigrationStatus]) -> dict[str, Any]:
    """Return the JSON document of one ledger."""
    drifted = [status_json(status) for status in statuses if status.state in DRIFT]
    pending = [status_json(status) for status in statuses if status.state in PENDING]
    state = _state(len(drifted), len(pending))
    return {"state": state, "drift": drifted, "pending": pending}


def _state(drifted: int, pending: int) -> str:
    return "drift" if drifted else "pending" if pending else "current"
