"""Module -> what templates print of it."""

from typing import Any, Final

from jinja2.environment import Environment

from ..model.python import Module
from .imports import Imports
from .views import module_view

ENTRY: Final = "module.jinja"
"""The template that prints a whole module, and includes the others."""


def printed(module: Module, environment: Environment) -> tuple[str, Imports]:
    """Return what the templates print of a module, one statement a line, and all that they use."""
    view, imports = module_view(module)
    words = ("async ", "await ", "Async") if module.is_async else ("", "", "")
    context: dict[str, Any] = dict(zip(("async", "await", "Async"), words, strict=True))
    template = environment.get_template(ENTRY)
    return template.render(context, module=view, use=imports.use), imports
