"""`sqlgen import`."""

from pathlib import Path

import click

from ..importers import READERS, import_project
from .console import exit_on_errors, show


@click.command("import")
@click.argument("tool", type=click.Choice(list(READERS)))
@click.argument("path", default=".")
@click.option("--output", metavar="FOLDER", help="Where to write, if not to queries/.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.pass_obj
def import_(
    directory: Path, tool: str, path: str, output: str | None, force: bool
) -> None:
    """Write the queries of another tool's project in sqlgen's words.

    PATH is the folder of the other project, or its configuration. All files are
    written, or none. What has no translation is told with its place and what to do.
    """
    if not (directory / path).exists():
        raise click.BadParameter(f"`{path}` does not exist", param_hint="PATH")
    folder = directory.parent if directory.is_file() else directory
    with exit_on_errors():
        result = import_project(folder, tool, path, output=output, force=force)
        show(result.problems)
        for name, queries in result.files.items():
            click.echo(f"wrote {name}: {_count(len(queries), 'query', 'queries')}")
        number = sum(map(len, result.files.values()))
        total = _count(number + result.left_out, "query", "queries")
        click.echo(f"imported {number} of {total}")
        if result.settings:
            click.echo(f"\nadd to pyproject.toml:\n\n{result.settings}\n")
        click.echo("next: `sqlgen build`")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
