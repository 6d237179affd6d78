"""Module -> its source, printed by templates and laid out."""

from typing import Any

from jinja2 import Environment

from ..model.python import Module
from ..model.source import SourceFile
from .engine import by_name, environment
from .layout import lay_out, lay_out_any
from .template_errors import (
    ENTRY,
    LineMarks,
    check_names,
    check_output,
    output_error,
    template_error,
)
from .views import module_view


def source(module: Module, templates: tuple[SourceFile, ...]) -> str:
    """Return the source of a module, printed by our templates or the project's own.

    Raises `SqlgenError` for what is wrong in the project's templates: an unknown name, an error
    while they run (`template-error`), or printed text that is not Python (`template-output`).
    """
    if not templates:
        return lay_out(_printed(module, environment()))
    files = by_name(templates)
    check_names(files)
    try:
        text = _printed(module, environment(templates))
    except Exception as error:  # a template is a program of the user's
        if diagnostic := template_error(error, files):
            raise diagnostic from None
        raise
    if problem := check_output(text):
        marked = _printed(module, environment(templates, (LineMarks,)))
        raise output_error(*problem, marked, files)
    return lay_out_any(text)


def _printed(module: Module, environment: Environment) -> str:
    """Return what the templates print of a module, one statement a line."""
    view, imports = module_view(module)
    words = ("async ", "await ", "Async") if module.is_async else ("", "", "")
    context: dict[str, Any] = dict(zip(("async", "await", "Async"), words, strict=True))
    template = environment.get_template(ENTRY)
    return template.render(context, module=view, use=imports.use)
