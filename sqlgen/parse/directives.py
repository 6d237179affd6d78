"""comments -> the warnings that they switch off: `-- sqlgen: allow CODE[, CODE]`."""

import re
from collections.abc import Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.query import WARNINGS
from ..model.source import SourceFile, Span
from .lexer import Kind, Token


def is_allowance(comment: str) -> bool:
    """Whether *comment*, from its `--` on, says something to sqlgen rather than to people."""
    return _ALLOW.match(comment) is not None


def allowed(source: SourceFile, marks: Sequence[Token]) -> frozenset[str]:
    """The codes that the comments among *marks* allow.

    Raises `SqlgenError` with `unknown-warning` for what is none of a query's warnings.
    """
    codes: set[str] = set()
    wrong: list[Diagnostic] = []
    for kind, start, end in marks:
        match = _ALLOW.match(source.text, start, end)
        if kind is not Kind.LINE_COMMENT or match is None:
            continue
        found = list(_CODE.finditer(source.text, *match.span("codes")))
        codes |= {code[0] for code in found}
        wrong += [
            _unknown(Span(source, *code.span()))
            for code in found
            if code[0] not in WARNINGS
        ]
        if not found:
            wrong.append(_nothing(Span(source, *match.span())))
    if wrong:
        raise SqlgenError(*wrong)
    return frozenset(codes)


_ALLOW = re.compile(r"--[ \t]*sqlgen:[ \t]*allow\b(?P<codes>[^\r\n]*)")
_CODE = re.compile(r"[^\s,]+")
_HINT = f"name one of those that there are: {', '.join(WARNINGS)}"


def _unknown(place: Span) -> Diagnostic:
    return Diagnostic(
        code="unknown-warning",
        message=f"there is no warning `{place.text}` of a query to allow",
        label=Label(place),
        hint=_HINT,
    )


def _nothing(place: Span) -> Diagnostic:
    return Diagnostic(
        code="unknown-warning",
        message="the comment does not say what to allow",
        label=Label(place),
        hint=_HINT,
    )
