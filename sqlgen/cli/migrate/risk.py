"""`sqlgen migrate risk`."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ... import database, migrate, report
from ...migrate import project
from ...migrate.ledgers.status import MigrationState
from ...model.config import Config
from ...model.diagnostic import ConfigurationError
from ...model.migration import Migration
from ...risk import (
    RiskFinding,
    diagnose,
    named,
    queries_of,
    remedy,
    risks,
    since_revision,
)
from ..console import FAILED, Progress, exit_on_errors, show
from ..options import format_option
from .output import count
from .target import migrated_project


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--from",
    "revision",
    metavar="REF",
    help="Measure the migrations that this git revision does not have.",
)
@click.option("--all", "every", is_flag=True, help="Measure all migrations.")
@click.option(
    "--down",
    is_flag=True,
    help="Measure their down files too: reverting locks as well.",
)
@click.option(
    "--database-url",
    "url",
    metavar="URL",
    help="Measure the migrations that are pending on this database, which is only read.",
)
@format_option
@click.pass_obj
def risk(
    directory: Path,
    files: tuple[str, ...],
    revision: str | None,
    every: bool,
    down: bool,
    url: str | None,
    format_: str,
) -> None:
    """Measure what migrations lock, rewrite and scan, and which queries wait.

    Each runs on a scratch database, statement by statement, and PostgreSQL itself tells
    what it does. Without options, these are the migrations that the main branch does
    not have (its newest commit that HEAD has too). Without git, they are those that are
    pending on the database of DATABASE_URL.

    Exits with 1 if something is found that its file does not allow with
    `-- sqlgen: allow CODE`. Notes about locks that are held for a moment do not count.
    """
    if sum([bool(files), bool(revision), every, bool(url)]) > 1:
        raise click.UsageError(
            "FILE, --from, --all and --database-url exclude each other"
        )
    with exit_on_errors(format_):
        config = migrated_project(directory)
        migrations = project.migrations(config)
        selected = _selected(config, migrations, files, revision, every, url)
        queries = queries_of(config)
        found: tuple[RiskFinding, ...] = ()
        if selected:
            with (
                Progress() as progress,
                database.server(
                    config.server,
                    extensions=project.extensions_folder(config),
                    progress=progress,
                ) as server,
            ):
                found = risks(
                    server,
                    config,
                    migrations,
                    selected,
                    queries,
                    down=down,
                    progress=progress,
                )
    if format_ == "json":
        click.echo(as_json(selected, found))
    elif format_ == "github":
        show(tuple(map(diagnose, found)), format_)
    else:
        show([diagnose(finding) for finding in found if not finding.is_harmless])
        for line in (*brief_locks(found), summary(selected, found)):
            click.echo(line)
    if any(not finding.is_harmless for finding in found):
        raise SystemExit(FAILED)


def _selected(
    config: Config,
    migrations: tuple[Migration, ...],
    files: tuple[str, ...],
    revision: str | None,
    every: bool,
    url: str | None,
) -> tuple[Migration, ...]:
    if every:
        return migrations
    if files:
        return named(config, migrations, files)
    if url:
        return _pending(config, migrations, url)
    try:
        return since_revision(config, migrations, revision)
    except ConfigurationError:
        fallback = os.environ.get("DATABASE_URL")
        if revision is not None or not fallback:
            raise
        return _pending(config, migrations, fallback)


def _pending(
    config: Config, migrations: tuple[Migration, ...], url: str
) -> tuple[Migration, ...]:
    """Return the migrations that a database does not have."""
    target = project.target(config, url, None)
    statuses = migrate.status(target.conninfo, migrations, table=config.migrate.table)
    states = (MigrationState.PENDING, MigrationState.OUT_OF_ORDER)
    return tuple([s.migration for s in statuses if s.migration and s.state in states])


def brief_locks(found: Sequence[RiskFinding]) -> list[str]:
    """Return a line for each lock that is held for a moment, for people."""
    rows = [
        (
            f"{finding.statement.source.path}:{finding.statement.line}",
            str(blocked.relation),
            str(blocked.mode),
            f"{blocked.effect} wait for a moment",
        )
        for finding in found
        if finding.is_harmless
        for blocked in finding.blocked
    ]
    widths = [max([len(row[i]) for row in rows], default=0) for i in range(3)]
    return [
        report.printable(
            "  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), row[3]])
        )
        for row in rows
    ]


def summary(selected: Sequence[Migration], found: Sequence[RiskFinding]) -> str:
    """Return the last line for people."""
    number = sum(not finding.is_harmless for finding in found)
    if not selected:
        return "no new migrations"
    return f"{count(len(selected))}: {count(number, 'risk') if number else 'no risks'}"


def as_json(selected: Sequence[Migration], found: Sequence[RiskFinding]) -> str:
    """Return the object that `docs/migrations.md` promises to tools."""
    document = {
        "migrations": [migration.up.path for migration in selected],
        "risks": list(map(_object, found)),
    }
    return json.dumps(document, indent=2)


def _object(finding: RiskFinding) -> dict[str, Any]:
    diagnostic = diagnose(finding)
    work = finding.work
    return {
        "code": str(finding.code),
        "severity": str(diagnostic.severity),
        "file": finding.statement.source.path,
        "line": finding.statement.line,
        "statement": finding.statement.text,
        "message": diagnostic.message.split("\n", 1)[0],
        "relation": str(finding.relation) if finding.relation else None,
        "work": work.kind.name.lower().replace("_", "-") if work else None,
        "locks": [
            {
                "relation": str(blocked.relation),
                "mode": str(blocked.mode),
                "blocks": blocked.effect,
            }
            for blocked in finding.blocked
        ],
        "since_line": finding.since.line if finding.since else None,
        "queries": finding.queries,
        "fix": remedy(finding),
    }
