"""What goes wrong in a project's templates -> diagnostics at the lines of the templates."""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.output import MARKER
from ..model.source import SourceFile, Span
from .precompiled import names
from .printing import ENTRY


def check_names(files: Mapping[str, SourceFile]) -> None:
    """Raise `SqlgenError` for templates that no template of ours includes.

    Those whose names begin with `_` are for the project's own templates to include.
    """
    known = names()
    problems = []
    for name, file in files.items():
        if name in known or name.startswith("_"):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"rename it to `{near[0]}`, or" if near else "remove it, or"
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
    error: Exception, files: Mapping[str, SourceFile]
) -> SqlgenError | None:
    """Return the diagnostic of an exception that a template of the project raised.

    None where no template of the project was running: that is a bug of ours.
    """
    if isinstance(error, TemplateSyntaxError):
        place = (error.name or "", error.lineno) if error.name in files else None
        message = _sentence(error.message or "syntax error")
    else:
        place = _running(error, files)
        message = _message(error)
    if place is None:
        return None
    hint = ""
    if isinstance(error, TemplateNotFound):
        near = difflib.get_close_matches(str(error.name), [*files, *names()], n=1)
        hint = f"write `{near[0]}`" if near else ""
    name, line = place
    return SqlgenError(
        Diagnostic(
            code="template-error",
            message=message,
            label=_label(files[name], line),
            hint=hint,
        )
    )


def check_output(text: str) -> tuple[int, str] | None:
    """Return the line of *text*, counted from 1, that no module can have, and why."""
    if not text.startswith(MARKER):
        return 1, "the first line of a module must be `{{ module.marker | comment }}`"
    try:
        ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1, f"what is printed is not Python: {error.msg}"
    except ValueError as error:  # a NUL character
        return 1, f"what is printed is not Python: {error}"
    return None


def output_error(
    line: int, why: str, marked: str, files: Mapping[str, SourceFile]
) -> SqlgenError:
    """Return the diagnostic of a printed *line*, at the line of the template that printed it.

    *marked* is the text as `LineMarks` has it.
    """
    lines = marked.split("\n")
    printed = _MARK.sub("", lines[line - 1]).strip() if line <= len(lines) else ""
    name, at = next(
        (
            (match[1], int(match[2]))
            for number in [line - 1, *range(line - 2, -1, -1), *range(len(lines))]
            for match in _MARK.finditer(lines[number] if number < len(lines) else "")
            if match[1] in files
        ),
        (ENTRY if ENTRY in files else min(files), 1),
    )
    return SqlgenError(
        Diagnostic(
            code="template-output",
            message=why,
            label=_label(files[name], at, f"prints `{printed}`" if printed else ""),
        )
    )


class LineMarks(Extension):
    """Marks each line that a template prints with the template's name and line.

    Used only to find the place of an error that is already known.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens with a mark before each line end."""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            first, *rest = token.value.split("\n")
            marked = first + "".join(
                f"\x01{stream.name}\x02{token.lineno + number}\x03\n{line}"
                for number, line in enumerate(rest)
            )
            yield Token(token.lineno, token.type, marked)


_MARK: Final = re.compile("\x01([^\x02]*)\x02(\\d+)\x03")


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


def _label(file: SourceFile, line: int, text: str = "") -> Label:
    """Return the label of a line without the white space around it."""
    lines = file.text.split("\n")
    line = max(1, min(line, len(lines)))
    start = sum(len(above) + 1 for above in lines[: line - 1])
    content = lines[line - 1].rstrip()
    indent = len(content) - len(content.lstrip())
    return Label(Span(file, start + indent, start + len(content)), text)
