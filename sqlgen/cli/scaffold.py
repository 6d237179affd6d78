"""`sqlgen scaffold`."""

from pathlib import Path

import click

from ..build.table_scaffold import scaffold_table
from .console import Progress, configuration, exit_on_errors


@click.command()
@click.argument("table")
@click.pass_obj
def scaffold(directory: Path, table: str) -> None:
    """Write queries/TABLE.sql: a start, which is yours from then on.

    It has queries to get a row by each unique key, to list rows by each foreign key,
    for pages, to insert, update and delete. TABLE may have its schema before it:
    `billing.invoices`. A file that exists is never changed.
    """
    with exit_on_errors():
        config = configuration(directory)
        with Progress() as progress:
            written = scaffold_table(config, table, progress=progress)
        click.echo(f"created {written.path}: {', '.join(written.queries)}")
        if written.left_out:
            click.echo(f"left out: {', '.join(written.left_out)}")
        click.echo("next: `sqlgen build`")
