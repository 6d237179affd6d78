"""PythonFile -> GeneratedFile."""

from functools import cache
from pathlib import Path
from typing import Final

from ..model.output import MARKER, GeneratedFile
from ..model.python import (
    CursorSupport,
    JsonSupport,
    Module,
    PythonFile,
    Support,
    TypedMarker,
)
from ..model.source import SourceFile
from .printing import source

_RUNTIME: Final = Path(__file__).with_name("runtime")


def module(file: PythonFile, templates: tuple[SourceFile, ...] = ()) -> GeneratedFile:
    """Return a file of the generated package, as black leaves it.

    *templates* are the project's own, which go before ours. Raises `SqlgenError` for what is wrong
    in them.
    """
    match file:
        case Module():
            return GeneratedFile(file.path, source(file, templates))
        case Support():
            return GeneratedFile(file.path, _marker() + _verbatim("support.py"))
        case CursorSupport():
            return GeneratedFile(file.path, _marker() + _verbatim("cursors.py"))
        case JsonSupport():
            return GeneratedFile(file.path, _marker() + _verbatim("json_support.py"))
        case TypedMarker():
            return GeneratedFile(file.path, _marker())


def _marker() -> str:
    return f"{MARKER}. Do not edit.\n"


@cache
def _verbatim(name: str) -> str:
    return (_RUNTIME / name).read_text("utf-8")
