"""`sqlgen migrate status`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ... import report
from ...migrate import DRIFT, LedgerStatus, MigrationState, MigrationStatus
from ..console import is_coloured
from .output import duration, format_option, print_json
from .schemas import schema_option
from .statuses import PENDING, read_statuses, schema_json, status_json
from .target import database_options


@click.command()
@schema_option
@database_options
@format_option
@click.pass_obj
def status(
    directory: Path,
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
    format_: str,
) -> None:
    """Show the state of each migration: applied, pending, changed, missing.

    The last line names the ledger that was read.
    """
    read = read_statuses(directory, url, name, schemas, format_)
    if format_ == "json":
        documents = [
            schema_json(schema, ledger_status)
            | {"migrations": [status_json(s) for s in ledger_status.statuses]}
            for schema, ledger_status in read
        ]
        named = read[0][0] is not None
        print_json({"schemas": documents} if named else documents[0])
        return
    for number, (schema, ledger_status) in enumerate(read):
        if schema is not None:
            click.echo(f"{chr(10) if number else ''}schema {schema}")
        for line in table(ledger_status, color=is_coloured(sys.stdout)):
            click.echo(line)


def table(ledger_status: LedgerStatus, *, color: bool) -> list[str]:
    """Return the lines of a table for people: a head, a line for each migration, the totals."""
    statuses = ledger_status.statuses
    rows = [
        (
            str(status.version),
            report.printable(status.description),
            applied_at(status),
            time_taken(status),
            str(status.state),
        )
        for status in statuses
    ]
    head = ("version", "description", "applied", "took", "state")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(4)]

    def line(row: Sequence[str]) -> str:
        version, description, applied, time = (
            cell.rjust(width) if number in (0, 3) else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        return f"{version}  {description}  {applied}  {time}  {row[4]}"

    def styled(status: MigrationStatus, text: str) -> str:
        if not color or status.state is MigrationState.APPLIED:
            return text
        return click.style(text, fg="red" if status.state in DRIFT else "yellow")

    lines = [styled(s, line(row)) for s, row in zip(statuses, rows, strict=True)]
    numbers = [
        (sum(s.state not in DRIFT | PENDING for s in statuses), "applied"),
        (sum(s.state in PENDING for s in statuses), "pending"),
        (sum(s.state in DRIFT for s in statuses), "drifted apart"),
    ]
    totals = ", ".join(f"{number} {word}" for number, word in numbers if number)
    totals = totals or "there are no migrations"
    return [line(head), *lines, f"{totals}; {ledger_for_people(ledger_status)}"]


def ledger_for_people(ledger_status: LedgerStatus) -> str:
    """Return which ledger was read, or where there is none yet."""
    if ledger_status.ledger is not None:
        return f"the ledger is {ledger_status.ledger}"
    if ledger_status.schema is None:
        return "there is no ledger, and no schema of the search path exists"
    return f"there is no ledger yet in the schema {ledger_status.schema}"


def applied_at(status: MigrationStatus) -> str:
    """Return when the migration was applied, in local time; empty if it was not."""
    if status.applied is None:
        return ""
    return f"{status.applied.installed_on.astimezone():%Y-%m-%d %H:%M:%S}"


def time_taken(status: MigrationStatus) -> str:
    """Return how long the migration took; empty if the ledger does not know."""
    time = status.applied.execution_time if status.applied else 0
    return duration(time / 1e9) if time > 0 else ""
