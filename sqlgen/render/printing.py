"""Module -> its source, printed by templates and laid out."""

from typing import Any, Final

from jinja2.environment import Environment

from ..model.python import Module
from ..model.source import SourceFile
from .engine import environment
from .imports import Imports
from .layout import lay_out
from .views import module_view

ENTRY: Final = "module.jinja"
"""The template that prints a whole module, and includes the others."""


def source(module: Module, templates: tuple[SourceFile, ...]) -> str:
    """Return the source of a module, printed by our templates or the project's own.

    Raises `SqlgenError` for what is wrong in the project's templates: an unknown name, an error
    while they run (`template-error`), or printed text that is not Python (`template-output`).
    """
    if not templates:
        text, _ = printed(module, environment())
        return lay_out(text)
    from .project_templates import source_by  # most projects have none

    return source_by(templates, module)


def printed(module: Module, environment: Environment) -> tuple[str, Imports]:
    """Return what the templates print of a module, one statement a line, and all that they use."""
    view, imports = module_view(module)
    words = ("async ", "await ", "Async") if module.is_async else ("", "", "")
    context: dict[str, Any] = dict(zip(("async", "await", "Async"), words, strict=True))
    template = environment.get_template(ENTRY)
    return template.render(context, module=view, use=imports.use), imports
