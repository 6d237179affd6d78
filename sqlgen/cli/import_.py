"""`sqlgen import`."""

from pathlib import Path

import click

from .. import report
from ..build import describe_queries
from ..importers import READERS, ImportResult, comparison_text, import_project
from .console import FAILED, Progress, configuration, exit_on_errors, show
from .init import NO_TABLES


@click.command("import")
@click.argument("tool", type=click.Choice(list(READERS)))
@click.argument("path", default=".")
@click.option("--output", metavar="FOLDER", help="Where to write, if not to queries/.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option(
    "--write",
    is_flag=True,
    help="Write the settings into the configuration, too; never over one that is there.",
)
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
    write: bool,
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
        if compare and not write:
            configuration(directory)  # which `--write` may make
        result = import_project(
            folder, tool, path, output=output, force=force, configure=write
        )
        show(result.problems)
        for name, queries in result.files.items():
            click.echo(f"wrote {name}: {_count(len(queries), 'query', 'queries')}")
        number = sum(map(len, result.files.values()))
        total = _count(number + result.left_out, "query", "queries")
        click.echo(f"imported {number} of {total}")
        if result.written:
            click.echo(_written_text(result, path))
        elif result.settings.text:
            click.echo(_settings_text(result, path))
        if not compare:
            is_project = result.configuration or result.written
            initial = "" if is_project else "`sqlgen init`, then "
            click.echo(f"next: {initial}`sqlgen build`")
            return
        config = configuration(directory)
        with Progress() as progress:
            described, diagnostics = describe_queries(config, progress=progress)
        typed = [one.query for one in described]
        lines = comparison_text(tool, result.verdicts, typed).splitlines()
        click.echo("\n" + "\n".join(map(report.printable, lines)))
        show(diagnostics)
        if diagnostics:
            raise SystemExit(FAILED)


def _written_text(result: ImportResult, path: str) -> str:
    """Return what was done to the configuration, and what is left to do there."""
    change = result.written
    assert change is not None
    verb = "created" if change.before is None else "updated"
    if change.before == change.after:
        verb = "kept"
    text = f"{verb} {report.printable(change.path)}"
    if "\n#" in result.settings.text:
        text += (
            "\nname the classes in its lines that begin with `#`, and remove the sign"
        )
    if result.lacks_tables and not result.to_copy:
        text += f"\nfirst: {NO_TABLES}"
    return text + _copy_text(result, path)


def _settings_text(result: ImportResult, path: str) -> str:
    """Return the settings, and what to do with them."""
    file = result.configuration or "pyproject.toml"
    where = ", to the tables that are there" if result.settings.has_heads else ""
    text = f"\nadd to {report.printable(file)}{where}:\n\n{result.settings.text}\n"
    return text + _copy_text(result, path)


def _copy_text(result: ImportResult, path: str) -> str:
    """Return the request to copy the files that settings name, empty if they are in this project."""
    if not result.to_copy:
        return ""
    names = ", ".join(f"`{report.printable(name)}`" for name in result.to_copy)
    return f"\nfirst: copy {names} from `{report.printable(path)}` into this project\n"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
