"""`sqlgen init`."""

from pathlib import Path
from typing import Final

import click

from .. import write
from ..build.adoption import adoption
from .console import exit_on_errors

NEXT: Final = """\

Next:
    sqlgen build                           types your queries and writes generated/
{database}    sqlgen describe                        shows each type, and why a column may be NULL
"""
DATABASE: Final = """\
    sqlgen migrate up                      makes an embedded development database
    export DATABASE_URL=$(sqlgen db url)   tells your program where it is
"""


@click.command()
@click.pass_obj
def init(directory: Path) -> None:
    """Scaffold the configuration, the folders and a first query.

    Adds `[tool.sqlgen]` to pyproject.toml, and a first migration and query where there
    are none. If another tool makes the schema (Alembic, Django, dbmate, a dump and
    others), the configuration says so. Changes nothing that exists.
    """
    with exit_on_errors():
        adopted = adoption(directory)
        if adopted is None:
            created = write.scaffold(directory)
        else:
            created = write.scaffold(directory, adopted.settings, adopted.table)
        for path in created:
            click.echo(f"created {path}")
        if adopted and "pyproject.toml" in created:
            click.echo(f"the schema comes from {adopted.tool}: see docs/adopting.md")
            if adopted.advice:
                click.echo(f"first: {adopted.advice}")
        if not created:
            click.echo("nothing to do: this is a sqlgen project already")
        else:
            click.echo(NEXT.format(database="" if adopted else DATABASE), nl=False)
