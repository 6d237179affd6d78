"""PythonFile -> GeneratedFile."""

from functools import cache
from pathlib import Path
from typing import Final

from ..model.output import MARKER, GeneratedFile
from ..model.python import JsonSupport, Module, PythonFile, Support, TypedMarker
from ..model.source import SourceFile
from .engine import environment
from .layout import lay_out
from .views import module_view

_RUNTIME: Final = Path(__file__).with_name("runtime")


def module(file: PythonFile, templates: tuple[SourceFile, ...] = ()) -> GeneratedFile:
    """Return a file of the generated package, as black leaves it.

    *templates* are the project's own.
    """
    del templates
    match file:
        case Module():
            return GeneratedFile(file.path, _rendered(file))
        case Support():
            return GeneratedFile(file.path, _marker() + _verbatim("support.py"))
        case JsonSupport():
            return GeneratedFile(file.path, _marker() + _verbatim("json_support.py"))
        case TypedMarker():
            return GeneratedFile(file.path, _marker())


def _rendered(module: Module) -> str:
    view, imports = module_view(module)
    words = ("async ", "await ", "Async") if module.is_async else ("", "", "")
    context = dict(zip(("async", "await", "Async"), words, strict=True))
    template = environment().get_template("module.jinja")
    return lay_out(template.render(context, module=view, use=imports.use))


def _marker() -> str:
    return f"{MARKER}. Do not edit.\n"


@cache
def _verbatim(name: str) -> str:
    return (_RUNTIME / name).read_text("utf-8")
