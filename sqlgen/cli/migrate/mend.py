"""`sqlgen migrate repair` and `baseline`."""

import difflib
import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from ... import migrate
from ...migrate import MigrationState, MigrationStatus, project
from ..console import Progress, configuration, outcome
from .target import confirm, count, database_options, listening, yes_option

CHANGED = frozenset({MigrationState.CHANGED, MigrationState.STOPPED_CHANGED})
REPAIRED = CHANGED | {MigrationState.LINE_ENDINGS}
REVISIONS = 200
"""How far back git's history is searched for the file that was applied."""


@click.command()
@click.argument("versions", nargs=-1, type=int, metavar="[VERSION]...")
@database_options
@yes_option
@click.pass_obj
def repair(
    directory: Path,
    versions: tuple[int, ...],
    url: str | None,
    name: str | None,
    yes: bool,
) -> None:
    """Accept files that have changed since they were applied, as they are now.

    All of them, or those of the VERSIONs. Shows what has changed, as far as git's
    history still has the file that was applied, and asks. Files that differ only in
    their line ends need no question.
    """
    with outcome():
        config = configuration(directory)
        migrations = project.migrations(config)
        table = config.migrate.table
        with Progress() as progress:
            target = project.target(config, url, name, progress=progress)
            standings = migrate.status(target.conninfo, migrations, table=table)
        wanted = [
            s
            for s in standings
            if s.state in REPAIRED and (not versions or s.version in versions)
        ]
        for standing in wanted:
            for line in change(config.root, standing):
                click.echo(line)
        changed = [s for s in wanted if s.state in CHANGED]
        if changed:
            confirm(f"Accept {count(len(changed), 'changed file')}?", yes=yes)
        with Progress() as progress, listening(progress):
            repaired = wanted and migrate.repair(
                target.conninfo,
                migrations,
                versions=[s.version for s in wanted],
                table=table,
                lock_timeout=config.migrate.lock_timeout,
            )
    click.echo(f"{count(len(repaired))} repaired" if repaired else "nothing to repair")


@click.command()
@click.argument("version", type=int)
@database_options
@click.pass_obj
def baseline(directory: Path, version: int, url: str | None, name: str | None) -> None:
    """Mark the migrations up to VERSION as applied, without running them.

    For a database whose schema was made by other means.
    """
    with outcome(), Progress() as progress, listening(progress):
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        marked = migrate.baseline(
            target.conninfo,
            project.migrations(config),
            version,
            table=config.migrate.table,
            lock_timeout=config.migrate.lock_timeout,
        )
    for migration in marked:
        click.echo(f"marked {project.stem(migration)}")
    click.echo(f"{count(len(marked))} marked as applied")


def change(root: Path, standing: MigrationStatus) -> Iterator[str]:
    """What to show of a file before its change is accepted."""
    assert standing.migration is not None
    assert standing.applied is not None
    up = standing.migration.up
    yield f"{up.path}: {standing.state}"
    if standing.state is MigrationState.LINE_ENDINGS:
        return
    before = from_git(root, up.path, standing.applied.checksum)
    if before is None:
        yield f"  applied with checksum {standing.applied.checksum.hex()[:16]}…, now {up.sha384.hex()[:16]}…"
        yield "  git's history does not have the file that was applied"
        return
    after = up.text.splitlines()
    diff = difflib.unified_diff(
        before.splitlines(), after, "applied", "now", "", "", 3, ""
    )
    yield from (f"  {line}" for line in diff)


def from_git(root: Path, path: str, checksum: bytes) -> str | None:
    """The text of the file in the latest commit in which it had this checksum."""

    def git(*arguments: str) -> bytes:
        try:
            return subprocess.run(
                ("git", "-C", root, *arguments), capture_output=True, check=False
            ).stdout
        except OSError:  # there is no git
            return b""

    for commit in git("log", f"-{REVISIONS}", "--format=%H", "--", path).split():
        content = git("show", f"{commit.decode()}:./{path}")
        if hashlib.sha384(content).digest() == checksum:
            return content.decode("utf-8", "replace")
    return None
