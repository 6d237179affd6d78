"""pyproject.toml -> Config."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model.config import Config
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    nearest,
)
from ..model.source import SourceFile, Span
from .files import source
from .settings import settings
from .toml_keys import key_places

_FILE = "pyproject.toml"


def config(start: Path) -> Config:
    """Return the configuration of the project that *start* belongs to.

    It is `[tool.sqlgen]` of the nearest pyproject.toml that has this table, in *start* or above.
    Raises `ConfigurationError` with all errors in it, if there is none, or if a file on the way has
    a table whose name looks like a misspelling of it.
    """
    start = start.resolve()
    without: list[Path] = []
    for folder in (start, *start.parents):
        if not (folder / _FILE).is_file():
            continue
        try:
            file = source(folder, _FILE)
        except SqlgenError as error:
            raise ConfigurationError(*error.diagnostics) from None
        tables = _tables(file)
        tool = tables.get("tool")
        tool = tool if isinstance(tool, dict) else {}
        if "sqlgen" in tool:
            return settings(file, folder, tool["sqlgen"], key_places(file.text))
        _no_misspelling(file, tables, tool)
        without.append(folder)
    raise ConfigurationError(
        Diagnostic(
            code="no-configuration",
            message=(
                "pyproject.toml has no `[tool.sqlgen]`"
                if without
                else "there is no pyproject.toml here or in a folder above"
            ),
            label=None,
            hint="run `sqlgen init` in the project's folder",
        )
    )


def _no_misspelling(
    file: SourceFile, tables: Mapping[str, Any], tool: Mapping[str, Any]
) -> None:
    """Raise `ConfigurationError` for a table whose name looks like a misspelling of ours."""
    near = nearest("sqlgen", tool, similarity=0.75)
    path = ("tool", near) if near else ("sqlgen",)
    if not near and not isinstance(tables.get("sqlgen"), dict):
        return
    raise ConfigurationError(
        Diagnostic(
            code="no-configuration",
            message=f"pyproject.toml has `[{'.'.join(path)}]`, but no `[tool.sqlgen]`",
            label=Label(Span(file, *key_places(file.text)[path])),
            hint="write `[tool.sqlgen]`, or run `sqlgen init`, which adds it",
        )
    )


def _tables(file: SourceFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        message, offset = _place(str(error), file.text)
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
