"""`sqlgen import`."""

from pathlib import Path

import click

from .. import report
from ..build import describe_queries
from ..importers import READERS, comparison_text, import_project
from .console import FAILED, Progress, configuration, exit_on_errors, show


@click.command("import")
@click.argument("tool", type=click.Choice(list(READERS)))
@click.argument("path", default=".")
@click.option("--output", metavar="FOLDER", help="Where to write, if not to queries/.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option(
    "--compare",
    is_flag=True,
    help="Analyse the queries, and show where the other tool says otherwise.",
)
@click.pass_obj
def import_(
    directory: Path,
    tool: str,
    path: str,
    output: str | None,
    force: bool,
    compare: bool,
) -> None:
    """Write the queries of another tool's project in sqlgen's words.

    PATH is the folder of the other project, or its configuration. All files are
    written, or none. What has no translation is told with its place and what to do.

    With `--compare`, the project needs its schema. The verdicts of SQLx are in .sqlx/,
    those of sqlc in the file that `gen: json` writes.
    """
    if not (directory / path).exists():
        raise click.BadParameter(f"`{path}` does not exist", param_hint="PATH")
    folder = directory.parent if directory.is_file() else directory
    with exit_on_errors():
        config = configuration(directory) if compare else None
        result = import_project(folder, tool, path, output=output, force=force)
        show(result.problems)
        for name, queries in result.files.items():
            click.echo(f"wrote {name}: {_count(len(queries), 'query', 'queries')}")
        number = sum(map(len, result.files.values()))
        total = _count(number + result.left_out, "query", "queries")
        click.echo(f"imported {number} of {total}")
        if result.settings:
            click.echo(f"\nadd to pyproject.toml:\n\n{result.settings}\n")
        if config is None:
            click.echo("next: `sqlgen build`")
            return
        with Progress() as progress:
            described, diagnostics = describe_queries(config, progress=progress)
        typed = [one.query for one in described]
        lines = comparison_text(tool, result.verdicts, typed).splitlines()
        click.echo("\n" + "\n".join(map(report.printable, lines)))
        show(diagnostics)
        if diagnostics:
            raise SystemExit(FAILED)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
