"""PythonFile -> GeneratedFile."""

from functools import cache
from pathlib import Path

from ..model.output import MARKER, GeneratedFile
from ..model.python import JsonSupport, Module, PythonFile, Support, TypedMarker
from ..model.source import SourceFile
from .modules import source


def module(file: PythonFile, templates: tuple[SourceFile, ...] = ()) -> GeneratedFile:
    """Return a file of the generated package, as black would leave it.

    *templates* are the project's own.
    """
    del templates
    match file:
        case Module():
            return GeneratedFile(file.path, source(file))
        case Support():
            return GeneratedFile(file.path, _marker() + _verbatim("support.py"))
        case JsonSupport():
            return GeneratedFile(file.path, _marker() + _verbatim("json_support.py"))
        case TypedMarker():
            return GeneratedFile(file.path, _marker())


def _marker() -> str:
    return f"{MARKER}. Do not edit.\n"


@cache
def _verbatim(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")
