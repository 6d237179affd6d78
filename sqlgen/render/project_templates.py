"""Module -> its source, printed by a project's own templates where it has them.

Imported only where a project has templates.
"""

from ..model.python import Module
from ..model.source import SourceFile
from .layout import lay_out_any
from .printing import printed
from .sandbox import by_name, sandbox
from .template_errors import check_names, template_error
from .template_output import (
    LineMarks,
    check_exports,
    check_imports,
    check_output,
    output_error,
)


def source_by(templates: tuple[SourceFile, ...], module: Module) -> str:
    """Return the source of a module; raise `SqlgenError` for what is wrong in the templates."""
    files = by_name(templates)
    check_names(files)
    environment = sandbox(templates)
    try:
        text, imports = printed(module, environment)
    except Exception as error:  # a template is a program of the user's
        if diagnostic := template_error(error, environment, files):
            raise diagnostic from None
        raise
    if problem := check_output(text, module.path):
        marked, _ = printed(module, sandbox(templates, (LineMarks,)))
        raise output_error(problem, marked, files)
    check_imports(text, module.path, imports.groups(), files)
    check_exports(text, module.path, files)
    return lay_out_any(text)
