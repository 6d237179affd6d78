"""`sqlgen migrate new` and `verify`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click

from ... import lint, migrate, write
from ...migrate import project
from ...model.diagnostic import Severity
from ...model.migration import Migration
from ...model.output import Change
from ..console import FAILED, Progress, configuration, outcome, show
from ..options import format_option
from .target import count


@click.command()
@click.argument("description", nargs=-1, required=True)
@click.pass_obj
def new(directory: Path, description: tuple[str, ...]) -> None:
    """Start a migration: an up and a down file under the next number.

    A folder whose last migration has a timestamp gets another timestamp. Warns of
    what is likely to hurt in the newest migration that there is.
    """
    with outcome():
        config = configuration(directory)
        folder = config.root / config.migrations
        folder.mkdir(parents=True, exist_ok=True)
        found = project.migrations(config)
        words = " ".join(description)
        paths = migrate.new(found, config.migrations, words, datetime.now(UTC))
        name = PurePosixPath(paths[0]).name
        texts = (
            f"-- {words[:1].upper()}{words[1:]}.\n",
            f"-- Undoes all of {name}; `sqlgen migrate verify` tells whether it does.\n",
        )
        write.apply(
            config.root,
            [Change(path, None, text) for path, text in zip(paths, texts, strict=True)],
        )
        for path in paths:
            click.echo(f"created {path}")
        show(lint.lint_newest(found))


@click.command()
@click.option(
    "--seed", is_flag=True, help="Also with the rows of `seeds/` in the tables."
)
@format_option
@click.pass_obj
def verify(directory: Path, seed: bool, format_: str) -> None:
    """Try every migration up, down and up again on a scratch database.

    Shows what a down file does not restore, as a diff of the schema, and warns of what
    is likely to hurt. Exit status 1 if a down file does not restore what was before.
    """
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            found = project.verify(config, with_seeds=seed, progress=progress)
    show(found, format_)
    failed = any(d.severity is Severity.ERROR for d in found)
    if format_ == "text" and not failed:
        click.echo(verdict(project.migrations(config), seed and project.seeds(config)))
    if failed:
        raise SystemExit(FAILED)


def verdict(migrations: Sequence[Migration], seeds: object) -> str:
    """The last line of a verification that found nothing."""
    number = count(len(migrations))
    without = sum(migration.down is None for migration in migrations)
    if without:
        return f"{number}: each down file restores what was before, {without} {'has' if without == 1 else 'have'} none"
    rows = ", also with the rows of the seeds" if seeds else ""
    return f"{number}: each can be reverted{rows}"
