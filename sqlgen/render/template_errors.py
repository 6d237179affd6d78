"""Errors in a project's templates -> diagnostics at the lines of the templates."""

import difflib
from collections.abc import Iterable, Mapping

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.source import SourceFile, Span
from .open_blocks import syntax_message
from .precompiled import names


def check_names(files: Mapping[str, SourceFile]) -> None:
    """Raise `SqlgenError` for templates that no template of ours includes.

    Those whose names begin with `_` are for the project's own templates to include.
    """
    known = names()
    problems = []
    for name, file in files.items():
        if name in known or name.startswith("_"):
            continue
        near = _nearest(name, known)
        hint = f"rename it to `{near}`, or" if near else "remove it, or"
        problems.append(
            Diagnostic(
                code="unknown-template",
                message=f"unknown template `{name}`",
                label=Label(Span(file, 0, 0)),
                hint=f"{hint} begin its name with `_` if your own templates include it",
            )
        )
    if problems:
        raise SqlgenError(*problems)


def template_error(
    error: Exception, environment: Environment, files: Mapping[str, SourceFile]
) -> SqlgenError | None:
    """Return the diagnostic of an exception that a template of the project raised.

    *environment* is the one that it was compiled in. `None` if no template of the project was
    running: that is a bug of ours.
    """
    place: tuple[str, int] | None
    if isinstance(error, TemplateSyntaxError):
        name = error.name or ""
        if name not in files:
            return None
        line, message = syntax_message(error, environment, files[name].text)
        place, message = (name, line), _sentence(message)
    else:
        place = _running(error, files)
        message = _message(error)
    if place is None:
        return None
    name, line = place
    missing = isinstance(error, TemplateNotFound)
    return SqlgenError(
        Diagnostic(
            code="template-error",
            message=message,
            label=line_label(files[name], line),
            hint=_instead_of(str(error), files) if missing else "",
        )
    )


def line_label(file: SourceFile, line: int, text: str = "") -> Label:
    """Return the label of a line without the white space around it."""
    lines = file.text.split("\n")
    line = max(1, min(line, len(lines)))
    start = sum(len(above) + 1 for above in lines[: line - 1])
    content = lines[line - 1].rstrip()
    indent = len(content) - len(content.lstrip())
    return Label(Span(file, start + indent, start + len(content)), text)


def _instead_of(name: str, files: Mapping[str, SourceFile]) -> str:
    """Return the hint for the name of a template that is missing.

    A name that begins with `_` is the project's own: ours are no guess for it.
    """
    if not name.startswith("_"):
        near = _nearest(name, [*files, *names()])
        return f"write `{near}`" if near else ""
    near = _nearest(name, [file for file in files if file.startswith("_")])
    folder = min(file.path for file in files.values()).rpartition("/")[0]
    return f"write `{near}`" if near else f"create `{folder}/{name}`"


def _nearest(name: str, templates: Iterable[str]) -> str:
    """Return the template with the most similar name, whatever their suffixes; else `""`."""
    stems = {template.partition(".")[0]: template for template in templates}
    near = difflib.get_close_matches(name.partition(".")[0], stems, n=1)
    return stems[near[0]] if near else ""


def _running(
    error: Exception, files: Mapping[str, SourceFile]
) -> tuple[str, int] | None:
    """Return the template of the project, and the line, that was running last.

    jinja2 puts frames into the traceback that have the place in the template.
    """
    names = {file.path: name for name, file in files.items()}
    place = None
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        path = frame.f_code.co_filename
        if path in names and "__jinja_exception__" in frame.f_globals:
            place = names[path], trace.tb_lineno
        trace = trace.tb_next
    return place


def _message(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template `{error.name}`"
    text = _sentence(str(error))
    from_jinja = type(error).__module__.startswith(("jinja2", __package__ or "jinja2"))
    return text if from_jinja else f"{type(error).__name__}: {text}"


def _sentence(text: str) -> str:
    text = " ".join(text.split()).removesuffix(".")
    return text[:1].lower() + text[1:]
