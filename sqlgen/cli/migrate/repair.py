"""`sqlgen migrate repair`."""

import difflib
import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from ... import migrate, report
from ...migrate import MigrationState, MigrationStatus, project
from ..confirmation import confirm, yes_option
from ..console import Progress, exit_on_errors
from .output import count
from .schemas import chosen_schemas, schema_option
from .target import database_options, migrated_project, show_log

CHANGED: Final = frozenset({MigrationState.CHANGED, MigrationState.STOPPED_CHANGED})
ACCEPTED: Final = frozenset({MigrationState.LINE_ENDINGS, MigrationState.SQUASHED})
"""These are repaired without a question."""
REPAIRABLE: Final = CHANGED | ACCEPTED
MAX_COMMITS: Final = 200
"""Number of commits of git's history that are searched for the file that was applied."""


@click.command()
@click.argument("versions", nargs=-1, type=int, metavar="[VERSION]...")
@schema_option
@database_options
@yes_option
@click.pass_obj
def repair(
    directory: Path,
    versions: tuple[int, ...],
    schemas: tuple[str, ...],
    url: str | None,
    name: str | None,
    yes: bool,
) -> None:
    """Accept files that have changed since they were applied, as they are now.

    All of them, or those of the VERSIONs. Shows what has changed, if git's history has
    the file that was applied, and asks. Files that differ only in their line endings
    are accepted without a question, and so is a squashed migration: its row replaces
    those of the migrations that it squashes.
    """
    repaired = 0
    with exit_on_errors():
        config = migrated_project(directory)
        chosen = chosen_schemas(config, schemas) or (None,)
        migrations = project.migrations(config)
        table = config.migrate.table
        with Progress() as progress:
            target = project.target(config, url, name, progress=progress)
            repairable = [
                (schema, status)
                for schema in chosen
                for status in migrate.status(
                    target.conninfo, migrations, table=table, schema=schema
                )
                if status.state in REPAIRABLE
                and (not versions or status.version in versions)
            ]
        for schema, status in repairable:
            prefix = f"{schema}: " if schema else ""
            for line in change(config.root, status):
                click.echo(report.printable(f"{prefix}{line}"))
        changed = sum(status.state in CHANGED for _, status in repairable)
        if changed:
            confirm(f"Accept {count(changed, 'changed file')}?", yes=yes)
        with Progress() as progress, show_log(progress):
            for schema in dict.fromkeys(schema for schema, _ in repairable):
                own = [s.version for name, s in repairable if name == schema]
                repaired += len(
                    migrate.repair(
                        target.conninfo,
                        migrations,
                        versions=own,
                        table=table,
                        schema=schema,
                        lock_timeout=config.migrate.lock_timeout,
                    )
                )
    click.echo(f"{count(repaired)} repaired" if repaired else "nothing to repair")


def change(root: Path, status: MigrationStatus) -> Iterator[str]:
    """Return the lines that show how a file differs from the one that was applied."""
    assert status.migration is not None
    up = status.migration.up
    yield f"{up.path}: {status.state}"
    if status.state in ACCEPTED:
        return
    assert status.applied is not None
    before = from_git(root, up.path, status.applied.checksum)
    if before is None:
        yield f"  applied with checksum {status.applied.checksum.hex()[:16]}…, now {up.sha384.hex()[:16]}…"
        yield "  git's history does not have the file that was applied"
        return
    after = up.text.splitlines()
    diff = difflib.unified_diff(
        before.splitlines(), after, "applied", "now", "", "", 3, ""
    )
    yield from (f"  {line}" for line in diff)


def from_git(root: Path, path: str, checksum: bytes) -> str | None:
    """Return the file's text in the last commit with this SHA-384; `None` if there is none."""

    def git(*arguments: str) -> bytes:
        try:
            return subprocess.run(
                ("git", "-C", root, *arguments), capture_output=True, check=False
            ).stdout
        except OSError:  # git is not installed
            return b""

    for commit in git("log", f"-{MAX_COMMITS}", "--format=%H", "--", path).split():
        content = git("show", f"{commit.decode()}:./{path}")
        if hashlib.sha384(content).digest() == checksum:
            return content.decode("utf-8", "replace")
    return None
