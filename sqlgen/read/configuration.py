"""pyproject.toml -> Config."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..conninfo.masking import mask_excerpt
from ..model.config import Config
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    nearest,
)
from ..model.source import SourceFile, Span
from .files import check_folder, source
from .project_files import SMALL
from .settings import Places, settings
from .toml_keys import key_places

_FILES = ("pyproject.toml", "sqlgen.toml")
"""The files that have the configuration, the first one first."""


def config(start: Path) -> Config:
    """Return the configuration of the project that *start* belongs to.

    It is `[tool.sqlgen]` of the nearest pyproject.toml or sqlgen.toml that has this table, in *start* or
    above, or of *start* if that is a file.
    Raises `ConfigurationError` with all errors in it, if there is none, or if a file on the way has
    a table whose name looks like a misspelling of it.
    """
    start = start.resolve()
    without: list[str] = []
    for folder, name in _candidates(start):
        try:
            secret = source(folder, name, limit=SMALL)
        except SqlgenError as error:
            raise ConfigurationError(*map(_masked, error.diagnostics)) from None
        # Diagnostics show the file without the server's password.
        file = replace(secret, text=mask_excerpt(secret.text))
        tables = _tables(secret.text, file)
        tool = tables.get("tool")
        tool = tool if isinstance(tool, dict) else {}
        places = key_places(secret.text)
        if "sqlgen" in tool:
            configuration = settings(file, folder, tool["sqlgen"], places)
            if configuration.extensions:  # whose files are copied for the server
                check_folder(configuration, configuration.extensions)
            return configuration
        _no_misspelling(file, places, tables, tool)
        without.append(name)
    raise ConfigurationError(
        Diagnostic(
            code="no-configuration",
            message=(
                f"{without[0]} has no `[tool.sqlgen]`"
                if without
                else "there is no pyproject.toml or sqlgen.toml here or in a folder above"
            ),
            label=None,
            hint="run `sqlgen init` in the project's folder",
        )
    )


def _candidates(start: Path) -> Iterator[tuple[Path, str]]:
    """Return the folders and names of the files that may have the configuration."""
    if start.is_file():
        yield start.parent, start.name
        return
    for folder in (start, *start.parents):
        yield from [(folder, name) for name in _FILES if (folder / name).is_file()]


def _masked(problem: Diagnostic) -> Diagnostic:
    """Return an error about a file that cannot be read as text, so that no part of it is shown."""
    if problem.label is None:
        return problem
    span = problem.label.span
    text = re.sub(r"[^\r\n]", "…", span.source.text)
    masked = replace(span, source=replace(span.source, text=text))
    return replace(problem, label=replace(problem.label, span=masked))


def _no_misspelling(
    file: SourceFile,
    places: Places,
    tables: Mapping[str, Any],
    tool: Mapping[str, Any],
) -> None:
    """Raise `ConfigurationError` for a table whose name looks like a misspelling of ours."""
    near = nearest("sqlgen", tool, similarity=0.75)
    path = ("tool", near) if near else ("sqlgen",)
    if not near and not isinstance(tables.get("sqlgen"), dict):
        return
    raise ConfigurationError(
        Diagnostic(
            code="no-configuration",
            message=f"{file.path} has `[{'.'.join(path)}]`, but no `[tool.sqlgen]`",
            label=Label(Span(file, *places[path])),
            hint="write `[tool.sqlgen]`, or run `sqlgen init`, which adds it",
        )
    )


def _tables(text: str, file: SourceFile) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError(
            Diagnostic(
                code="bad-toml",
                message="arrays or tables are nested too deeply",
                label=Label(Span(file, 0, 0)),
                hint="fix the TOML syntax",
            )
        ) from None
    except tomllib.TOMLDecodeError as error:
        message, offset = _place(str(error), text)
        raise ConfigurationError(
            Diagnostic(
                code="bad-toml",
                message=message,
                label=Label(Span(file, offset, offset + 1)),
                hint="fix the TOML syntax",
            )
        ) from None


def _place(message: str, text: str) -> tuple[str, int]:
    """Return the message of `tomllib`, and the offset in the text that it is about."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|.*)\)", message, re.S)
    if match is None:
        return _sentence(message), 0
    if match[2] is None:
        return _sentence(match[1]), len(text)
    # tomllib counts a carriage return and line feed as one character.
    lines = text.split("\n")
    line = int(match[2]) - 1
    offset = sum(len(above) + 1 for above in lines[:line]) + int(match[3]) - 1
    return _sentence(match[1]), min(offset, len(text))


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(".")
