"""`sqlgen migrate status` and `check`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ... import migrate
from ...migrate import DRIFT, MigrationState, MigrationStatus, project
from ..console import DRIFTED, FAILED, Progress, coloured, configuration, outcome
from .target import count, database_options, duration, format_option

WAITING = frozenset({MigrationState.PENDING, MigrationState.STOPPED})
"""What `up` would run."""


def standings(
    directory: Path, url: str | None, name: str | None, format_: str
) -> tuple[MigrationStatus, ...]:
    """How each migration stands; ends the command where that cannot be told."""
    with outcome(format_), Progress() as progress:
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        return migrate.status(
            target.conninfo, project.migrations(config), table=config.migrate.table
        )


@click.command()
@database_options
@format_option
@click.pass_obj
def status(directory: Path, url: str | None, name: str | None, format_: str) -> None:
    """Show how each migration stands: applied, pending, changed, missing."""
    found = standings(directory, url, name, format_)
    if format_ == "json":
        document = {"migrations": [as_json(standing) for standing in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for line in table(found, color=coloured(sys.stdout)):
            click.echo(line)


@click.command()
@database_options
@format_option
@click.pass_obj
def check(directory: Path, url: str | None, name: str | None, format_: str) -> None:
    """Tell whether the database has all migrations, for deployments.

    Exit status 0: nothing is pending; 1: something is; 4: the database and the files
    have drifted apart (changed, missing or out of order).
    """
    found = standings(directory, url, name, format_)
    drifted = [s for s in found if s.state in DRIFT]
    waiting = [s for s in found if s.state in WAITING]
    if format_ == "json":
        document = {
            "state": "drift" if drifted else "pending" if waiting else "current",
            "drift": [as_json(standing) for standing in drifted],
            "pending": [as_json(standing) for standing in waiting],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif drifted:
        for standing in drifted:
            click.echo(f"{standing.version} {standing.description}: {standing.state}")
        click.echo(f"{count(len(drifted))} drifted apart", err=True)
    elif waiting:
        for standing in waiting:
            click.echo(f"{standing.version} {standing.description}: {standing.state}")
        click.echo(f"{count(len(waiting))} pending", err=True)
    else:
        click.echo("nothing is pending")
    if drifted or waiting:
        raise SystemExit(DRIFTED if drifted else FAILED)


def table(found: Sequence[MigrationStatus], *, color: bool) -> list[str]:
    """A line a migration, in columns, for people."""
    rows = [
        (
            str(standing.version),
            standing.description,
            moment(standing),
            took(standing),
            str(standing.state),
        )
        for standing in found
    ]
    head = ("version", "description", "applied", "took", "state")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(4)]

    def line(row: Sequence[str]) -> str:
        version, description, applied, time = (
            cell.rjust(width) if number in (0, 3) else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        return f"{version}  {description}  {applied}  {time}  {row[4]}"

    def painted(standing: MigrationStatus, text: str) -> str:
        if not color or standing.state is MigrationState.APPLIED:
            return text
        return click.style(text, fg="red" if standing.state in DRIFT else "yellow")

    lines = [painted(s, line(row)) for s, row in zip(found, rows, strict=True)]
    numbers = [
        (sum(s.state not in DRIFT | WAITING for s in found), "applied"),
        (sum(s.state in WAITING for s in found), "pending"),
        (sum(s.state in DRIFT for s in found), "drifted apart"),
    ]
    total = ", ".join(f"{number} {word}" for number, word in numbers if number)
    return [line(head), *lines, total or "there are no migrations"]


def moment(standing: MigrationStatus) -> str:
    """When it was applied, in the local time of whoever asks."""
    if standing.applied is None:
        return ""
    return f"{standing.applied.installed_on.astimezone():%Y-%m-%d %H:%M:%S}"


def took(standing: MigrationStatus) -> str:
    """How long it took; nothing where the ledger does not know."""
    time = standing.applied.execution_time if standing.applied else 0
    return duration(time / 1e9) if time > 0 else ""


def as_json(standing: MigrationStatus) -> dict[str, Any]:
    """A migration and how it stands, as tools see it."""
    applied, file = standing.applied, standing.migration
    return {
        "version": standing.version,
        "description": standing.description,
        "state": standing.state.name.lower().replace("_", "-"),
        "file": file.up.path if file else None,
        "reversible": bool(file and file.down),
        "installed_on": applied.installed_on.isoformat() if applied else None,
        "seconds": (
            applied.execution_time / 1e9
            if applied and applied.execution_time > 0
            else None
        ),
    }
