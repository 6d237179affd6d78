"""`-- sqlgen: parameter NAME: TYPE` -> parameters with a Python type of the author's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.override_text import read_override
from ..model.query import Mark, Parameter
from ..model.source import Span
from .directives import FORMS, Directive
from .optional_diagnostics import unknown_parameter

_NAMED: Final = re.compile(r":?(?P<name>[^\s!?:]+)(?P<override>.*)", re.DOTALL)


def with_types(
    directives: Sequence[Directive], parameters: Sequence[Parameter]
) -> tuple[Parameter, ...]:
    """Return the parameters with the types, and the marks, that directives give them.

    Raises `SqlgenError` with all errors in them.
    """
    typed = {parameter.name: parameter for parameter in parameters if parameter.name}
    errors: list[Diagnostic] = []
    for directive in directives:
        if directive.word != "parameter":
            continue
        match = _NAMED.match(_argument(directive))
        override = read_override(match["override"]) if match else None
        if match is None or override is None or not override.type:
            errors.append(_unreadable(directive))
            continue
        whole = directive.arguments[0]
        name = Span(
            whole.source, *(whole.start + place for place in match.span("name"))
        )
        parameter = typed.get(match["name"])
        if parameter is None:
            errors.append(unknown_parameter(name, typed))
        elif parameter.type_span is not None:
            errors.append(_twice(parameter, name, parameter.type_span))
        elif override.mark and parameter.mark not in (Mark.INFER, override.mark):
            errors.append(_conflict(parameter, override.mark, name))
        else:
            end = directive.arguments[-1].end
            typed[parameter.name] = replace(
                parameter,
                mark=override.mark or parameter.mark,
                type=override.type,
                type_span=Span(whole.source, end - len(override.type), end),
            )
    if errors:
        raise SqlgenError(*errors)
    return tuple([typed.get(parameter.name, parameter) for parameter in parameters])


def _argument(directive: Directive) -> str:
    if not directive.arguments:
        return ""
    first, last = directive.arguments[0], directive.arguments[-1]
    return first.source.text[first.start : last.end]


def _unreadable(directive: Directive) -> Diagnostic:
    return Diagnostic(
        code="bad-parameter-type",
        message="the comment gives no parameter a type",
        label=Label(directive.span),
        hint=f"write `-- sqlgen: {FORMS['parameter']}`, or `NAME?: TYPE` and `NAME!: TYPE` for one that may"
        " or may not be None",
    )


def _twice(parameter: Parameter, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        code="bad-parameter-type",
        message=f"parameter `{parameter.name}` has a type already",
        label=Label(span),
        related=(Label(first, "the first one"),),
        hint="remove one of the two",
    )


def _conflict(parameter: Parameter, mark: Mark, span: Span) -> Diagnostic:
    return Diagnostic(
        code="conflicting-marks",
        message=f"parameter `{parameter.name}` is marked both `{parameter.mark}` and `{mark}`",
        label=Label(span),
        related=(Label(parameter.spans[0], "marked here"),),
        hint="mark it in one way: `!` is never None, `?` may be None",
    )
