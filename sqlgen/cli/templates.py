"""`sqlgen templates`."""

from pathlib import Path
from typing import Final

import click

from .. import render, write
from ..model.output import Change
from .console import configuration, exit_on_errors

FOLDER: Final = "templates"
"""Where templates go if `[tool.sqlgen]` names no folder."""


@click.group()
def templates() -> None:
    """Copy the templates of the generated code, to change them.

    A template in the folder that the setting `templates` names is used instead of
    sqlgen's own of that name. `sqlgen help templates` tells what it is given.
    """


@templates.command("list")
def list_() -> None:
    """Print the names of the templates."""
    for name in render.template_names():
        click.echo(name)


@templates.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.pass_obj
def eject(directory: Path, names: tuple[str, ...], force: bool) -> None:
    """Copy sqlgen's templates, or only those of NAME, into the project.

    They go to the folder that the setting `templates` names, or to `templates/`. A file
    that is there is not overwritten without --force.
    """
    chosen = [full_name(name) for name in names] or render.template_names()
    with exit_on_errors():
        config = configuration(directory)
        folder = config.templates or FOLDER
        changes = []
        for name in chosen:
            path, text = f"{folder}/{name}", render.template_source(name)
            before = write.current_text(config.root, path)
            if before is not None and not force:
                click.echo(f"kept {path}")
            elif before != text:
                changes.append(Change(path, before, text))
        write.apply(config.root, changes)
        for change in changes:
            verb = "created" if change.before is None else "updated"
            click.echo(f"{verb} {change.path}")
    if config.templates is None:
        click.echo(f'add `templates = "{folder}"` to [tool.sqlgen] to use them')


def full_name(name: str) -> str:
    """Return the template's file name; exit with the nearest one if there is none of that name."""
    known = render.template_names()
    full = name if name in known else f"{name}.jinja"
    if full in known:
        return full
    import difflib  # rarely needed

    near = difflib.get_close_matches(full, known, n=1)
    guess = f"; did you mean `{near[0].removesuffix('.jinja')}`?" if near else ""
    raise click.UsageError(f"there is no template `{name}`{guess}")
