"""PythonFile -> GeneratedFile."""

from functools import cache
from importlib.resources import files

from ..model.output import MARKER, GeneratedFile
from ..model.python import Module, PythonFile, Support, TypedMarker
from .modules import source


def module(file: PythonFile) -> GeneratedFile:
    """The text of a file of the generated package, as black would leave it."""
    match file:
        case Module():
            return GeneratedFile(file.path, source(file))
        case Support():
            return GeneratedFile(file.path, _marker() + _support())
        case TypedMarker():
            return GeneratedFile(file.path, _marker())


def _marker() -> str:
    return f"{MARKER}. Do not edit.\n"


@cache
def _support() -> str:
    return (files(__package__) / "support.py").read_text("utf-8")
