"""`sqlgen migrate new`."""

import os
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click

from ... import lint, migrate, read, write
from ...migrate import project
from ...model.output import Change
from ..console import exit_on_errors, show
from .target import migrated_project


@click.command()
@click.argument("description", nargs=-1, required=True)
@click.pass_obj
def new(directory: Path, description: tuple[str, ...]) -> None:
    """Create the up and the down file of the next migration.

    Its version is the next number, or a timestamp if the last migration has one. Also
    warns of what is wrong with the last migration, as far as its words tell. Once the new
    one is written, `sqlgen migrate risk` measures it.
    """
    with exit_on_errors():
        config = migrated_project(directory)
        read.check_folder(config, config.migrations)
        exists = os.path.lexists(config.root / config.migrations)
        migrations = project.migrations(config) if exists else ()
        words = " ".join(description)
        title = words.replace("_", " ")
        paths = migrate.new(migrations, config.migrations, words, datetime.now(UTC))
        name = PurePosixPath(paths[0]).name
        texts = (
            f"-- {title[:1].upper()}{title[1:]}.\n",
            f"-- Undoes all of {name}; `sqlgen migrate verify` checks that it does.\n",
        )
        write.apply(
            config.root,
            [Change(path, None, text) for path, text in zip(paths, texts, strict=True)],
        )
        for path in paths:
            click.echo(f"created {path}")
        click.echo("once it is written: sqlgen migrate risk && sqlgen migrate verify")
        show(lint.lint_newest(migrations))
