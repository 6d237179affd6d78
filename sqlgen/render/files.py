"""PythonFile -> GeneratedFile."""

from functools import cache
from pathlib import Path
from typing import Final

from ..model.output import MARKER, GeneratedFile
from ..model.python import (
    Module,
    PythonFile,
    RuntimeFile,
    SchemaUsesFile,
    TypedMarker,
)
from ..model.source import SourceFile
from .engine import environment
from .layout import lay_out
from .printing import printed
from .schema_uses import schema_uses

_RUNTIME: Final = Path(__file__).with_name("runtime")


def module(file: PythonFile, templates: tuple[SourceFile, ...] = ()) -> GeneratedFile:
    """Return a file of the generated package, as black leaves it.

    *templates* are the project's own, which go before ours. Raises `SqlgenError` for what is wrong
    in them.
    """
    match file:
        case Module():
            return GeneratedFile(file.path, _source(file, templates))
        case RuntimeFile():
            return GeneratedFile(file.path, _marker() + _verbatim(file.source))
        case SchemaUsesFile():
            return GeneratedFile(file.path, _marker() + schema_uses(file.uses))
        case TypedMarker():
            return GeneratedFile(file.path, _marker())


def _source(module: Module, templates: tuple[SourceFile, ...]) -> str:
    """Return the source of a module, printed by our templates or the project's own.

    The classes of errors are always printed by ours: templates of a project may be older than these.
    Raises `SqlgenError` for what is wrong in the project's templates: an unknown name, an error
    while they run (`template-error`), or printed text that is not Python (`template-output`).
    """
    # A package imports the names that it offers, whether or not a template prints `__all__`.
    if not templates or module.offered or module.errors:
        text, _ = printed(module, environment())
        return lay_out(text)
    from .project_templates import source_by  # most projects have none

    return source_by(templates, module)


def _marker() -> str:
    return f"{MARKER}. Do not edit.\n"


@cache
def _verbatim(name: str) -> str:
    return (_RUNTIME / name).read_text("utf-8")
