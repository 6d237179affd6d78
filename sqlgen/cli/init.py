"""`sqlgen init`."""

from pathlib import Path
from typing import Final

import click

from .. import write
from .console import exit_on_errors

NEXT: Final = """\

Next:
    sqlgen build        types your queries and writes generated/
    sqlgen describe     shows each type, and why a column may be NULL
"""


@click.command()
@click.pass_obj
def init(directory: Path) -> None:
    """Scaffold the configuration, the folders and a first query.

    Adds `[tool.sqlgen]` to pyproject.toml, and a first migration and query where there
    are none. Changes nothing that exists.
    """
    with exit_on_errors():
        created = write.scaffold(directory)
        for path in created:
            click.echo(f"created {path}")
        if not created:
            click.echo("nothing to do: this is a sqlgen project already")
        else:
            click.echo(NEXT, nl=False)
