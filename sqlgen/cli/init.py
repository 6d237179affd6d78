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
    sqlgen help                            prints the documentation
"""
DATABASE: Final = """\
    sqlgen migrate up                      makes an embedded development database
    export DATABASE_URL=$(sqlgen db url)   tells your program where it is
"""
NO_TABLES: Final = (
    "write the tables as a migration, `sqlgen migrate new create_tables`, or name what makes them"
    " in `schema`: see `sqlgen help adopting`"
)


@click.command()
@click.pass_obj
def init(directory: Path) -> None:
    """Scaffold the configuration, the folders and a first query.

    Adds `[tool.sqlgen]` to pyproject.toml, and an example, a migration and its queries,
    where there are none. If another tool makes the schema (Alembic, Django, dbmate, a
    dump and others), the configuration says so. Changes nothing that exists.
    """
    with exit_on_errors():
        adopted = adoption(directory)
        if adopted is None:
            created = write.scaffold(directory)
        else:
            created = write.scaffold(directory, adopted.settings, adopted.table)
        for change in created:
            done = "created" if change.before is None else "updated"
            click.echo(f"{done} {change.path}")
        paths = [change.path for change in created]
        own_tables = not adopted and (directory / "migrations").exists()
        if "pyproject.toml" in paths:
            if adopted:
                click.echo(
                    f"the schema comes from {adopted.tool}: see `sqlgen help adopting`"
                )
            if advice := adopted.advice if adopted else "" if own_tables else NO_TABLES:
                click.echo(f"first: {advice}")
        if not created:
            click.echo("nothing to do: this is a sqlgen project already")
        else:
            made = any(path.startswith("migrations/") for path in paths)
            has_database = own_tables and (made or "pyproject.toml" in paths)
            click.echo(NEXT.format(database=DATABASE if has_database else ""), nl=False)
