"""`sqlgen where`."""

import os
import re
from pathlib import Path

import click

from .. import read, report
from ..build.live_state import LiveState
from ..build.saved_state import saved_state
from ..conninfo import mask_arguments
from ..lsp.documents.text_positions import TextPositions
from ..lsp.features.origins import Places, named_origins, origins
from ..lsp.features.python_definitions import (
    definition_around,
    is_generated,
    query_file_named,
)
from ..lsp.features.results import FilePlace
from ..lsp.protocol.params import Position
from ..model.diagnostic import Diagnostic, SqlgenError, nearest
from .console import Progress, configuration, exit_on_errors, show
from .options import cache_option

_LINE = re.compile(r"(?P<path>.+\.py)(?::(?P<line>\d{1,9}))?(?::\d*)?")


@click.command()
@click.argument("name", metavar="NAME|FILE:LINE")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people and editors, or one object for tools.",
)
@cache_option
@click.pass_obj
def where(directory: Path, name: str, format_: str) -> None:
    """Show the query or migration that something generated comes from, as FILE:LINE.

    NAME is a generated function, class or constant, such as `patients.get_patient`,
    `Patient` or `PatientsMrnKey`, or a table, column, type or function of the database.
    FILE:LINE is a place in a generated file. Exits with 1 if it comes from nowhere.
    """
    with exit_on_errors():
        config = configuration(directory)
        with Progress() as progress:
            state = saved_state(config, progress=progress)
        if place := _LINE.fullmatch(name):
            path = os.path.relpath(_folder(directory) / place["path"], config.root)
            found = _at(state, path.replace(os.sep, "/"), int(place["line"] or 1))
        else:
            found = named_origins(state, name)
        if not found:
            show(state.diagnostics)
            raise SqlgenError(_unknown(state, name))
        places = [(place.path, *_position(state, place)) for place in found]
    if format_ == "json":
        keys = ("file", "line", "column")
        document = {"places": [dict(zip(keys, place, strict=True)) for place in places]}
        click.echo(report.json_text(document))
    else:
        for path, line, _ in places:
            click.echo(report.printable(f"{path}:{line}"))


def _folder(directory: Path) -> Path:
    """Return the folder that paths on the command line are relative to."""
    return directory.parent if directory.is_file() else directory


def _at(state: LiveState, path: str, line: int) -> Places:
    """Return where the definition at a line of a generated file comes from; above the first, the query file.

    Raises `SqlgenError` if the file cannot be read, or was not generated.
    """
    source = read.source(state.root, path)
    if not is_generated(source.text):
        message = f"`{path}` is not a generated file"
        hint = "give a file of the folder of generated code, or a name"
        raise SqlgenError(
            Diagnostic(code="not-generated", message=message, label=None, hint=hint)
        )
    offset = TextPositions(source.text).offset(Position(max(line, 1) - 1, 0))
    if definition := definition_around(source.text, offset):
        return origins(state, path, definition.name)
    named = query_file_named(source.text)
    return (FilePlace(named[0], 0, 0),) if named else ()


def _position(state: LiveState, place: FilePlace) -> tuple[int, int]:
    """Return the line and the column of a place, from 1."""
    texts = {script.path: script.text for script in state.scripts}
    texts |= {path: file.source.text for path, file in state.files.items()}
    text = texts.get(place.path, "")
    line = text.rfind("\n", 0, place.start) + 1
    return text.count("\n", 0, place.start) + 1, place.start - line + 1


def _unknown(state: LiveState, name: str) -> Diagnostic:
    known = {
        written
        for file in state.files.values()
        for query in file.parsed.queries
        for written in (query.name, query.row, query.parameter_class)
        if written
    }
    if state.context:
        names = state.context.names
        known |= {
            *names.classes.values(),
            *names.columns.values(),
            *names.errors.values(),
        }
    near = nearest(name.rpartition(".")[2], known)
    return Diagnostic(
        code="no-such-name",
        message=mask_arguments(
            f"nothing generated and nothing in the schema is `{name}`", [name]
        ),
        label=None,
        hint=f"did you mean `{near}`?" if near else "",
    )
