"""`sqlgen import`."""

import re
from pathlib import Path
from typing import Final

import click

from .. import report
from ..build import describe_queries
from ..importers import READERS, ImportResult, comparison_text, import_project
from .console import FAILED, Progress, configuration, exit_on_errors, show

_PATHS: Final = re.compile(r"^(?:schema|migrations|command) = ", re.MULTILINE)
"""The settings that have paths."""


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
        if result.settings.text:
            click.echo(_settings_text(result, path))
        if config is None:
            initial = "" if result.configuration else "`sqlgen init`, then "
            click.echo(f"next: {initial}`sqlgen build`")
            return
        with Progress() as progress:
            described, diagnostics = describe_queries(config, progress=progress)
        typed = [one.query for one in described]
        lines = comparison_text(tool, result.verdicts, typed).splitlines()
        click.echo("\n" + "\n".join(map(report.printable, lines)))
        show(diagnostics)
        if diagnostics:
            raise SystemExit(FAILED)


def _settings_text(result: ImportResult, path: str) -> str:
    """Return the settings, and what to do with them."""
    file = result.configuration or "pyproject.toml"
    where = ", to the tables that are there" if result.settings.has_heads else ""
    text = f"\nadd to {report.printable(file)}{where}:\n\n{result.settings.text}\n"
    if result.elsewhere and _PATHS.search(result.settings.text):
        place = report.printable(path)
        text += (
            f"\ncopy the files that these lines name from `{place}` into this project\n"
        )
    return text


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
