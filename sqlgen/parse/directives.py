"""comments -> directives: `-- sqlgen: WORD ARGUMENT[, ARGUMENT]`, in queries and migrations."""

import re
from collections.abc import Iterable
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError, nearest
from ..model.frozen import frozen
from ..model.source import SourceFile, Span
from .lexer import Kind, Token

FORMS: Final = {
    "allow": "allow CODE[, CODE]",
    "default": "default NAME[, NAME]",
    "optional": "optional NAME[, NAME]",
    "order": "order NAME by KEY | KEY",
    "parameter": "parameter NAME: TYPE",
    "read only": "read only",
    "require one of": "require one of NAME, NAME",
    "role": "role NAME",
    "squashes": "squashes VERSION CHECKSUM",
}
"""The form of each directive, by its word or words; a new directive is one more row."""

_WRITTEN_BY_US: Final = {"squashes"}
"""Directives that commands write, and that no hint offers."""


_OF_QUERIES: Final = {
    "default",
    "optional",
    "order",
    "parameter",
    "read only",
    "require one of",
    "role",
}
"""Directives that only a query may have."""


@frozen
class Directive:
    """A comment that instructs sqlgen; `span` is the whole comment."""

    word: str
    arguments: tuple[Span, ...]
    span: Span


def is_directive(comment: str) -> bool:
    """Return whether *comment*, from its `--` on, is written for sqlgen rather than for people."""
    return _DIRECTIVE.match(comment) is not None


def directives(
    source: SourceFile, tokens: Iterable[Token]
) -> tuple[tuple[Directive, ...], tuple[Diagnostic, ...]]:
    """Return the directives among *tokens*, and an error for each unknown one.

    Tokens other than line comments are passed over.
    """
    known: list[Directive] = []
    problems: list[Diagnostic] = []
    for kind, start, end in tokens:
        if kind is not Kind.LINE_COMMENT:
            continue
        match = _DIRECTIVE.match(source.text, start, end)
        if match is None:
            continue
        comment = Span(source, start, end)
        if match["known"]:
            arguments = _ARGUMENT.finditer(source.text, match.end("known"), end)
            spans = tuple([Span(source, *argument.span()) for argument in arguments])
            known.append(Directive(match["known"], spans, comment))
        else:
            word = Span(source, *match.span("unknown"))
            problems.append(_unknown_directive(word, comment))
    return tuple(known), tuple(problems)


def read_only_promise(directives: Iterable[Directive]) -> Span | None:
    """Return the comment `-- sqlgen: read only` among the *directives*, if there is one.

    Raises `SqlgenError` if more follows its words.
    """
    for directive in directives:
        if directive.word == "read only":
            if directive.arguments:
                raise SqlgenError(_too_much(directive))
            return directive.span
    return None


def role_directive(directives: Iterable[Directive]) -> Span | None:
    """Return the role that a comment `-- sqlgen: role NAME` among the *directives* names, if there is one.

    Raises `SqlgenError` if it names none, or several.
    """
    for directive in directives:
        if directive.word == "role":
            if len(directive.arguments) != 1:
                raise SqlgenError(_not_one_role(directive))
            return directive.arguments[0]
    return None


def misplaced(directives: Iterable[Directive]) -> tuple[Diagnostic, ...]:
    """Return an error for each of the *directives*, not those of a query, that only a query may have."""
    return tuple(
        [
            Diagnostic(
                code="misplaced-directive",
                message=f"`{directive.word}` is about a query, and no query is above this line",
                label=Label(directive.span),
                hint="move it below the query's header",
            )
            for directive in directives
            if directive.word in _OF_QUERIES
        ]
    )


def without_effect(source: SourceFile, tokens: Iterable[Token]) -> None:
    """Raise `SqlgenError` with an error for each directive among *tokens*, those within or behind a statement."""
    known, unknown = directives(source, tokens)
    spans = [directive.span for directive in known]
    spans += [problem.label.span for problem in unknown if problem.label]
    if spans:
        raise SqlgenError(
            *[
                Diagnostic(
                    code="misplaced-directive",
                    message="the comment has no effect here, below the beginning of the statement",
                    label=Label(span),
                    hint="move it above the statement, below the header if there is one",
                )
                for span in spans
            ]
        )


def allowed_warnings(
    source: SourceFile,
    tokens: Iterable[Token],
    codes: Iterable[str],
    *,
    of_query: bool = True,
) -> tuple[frozenset[str], tuple[Diagnostic, ...]]:
    """Return the codes of warnings that comments among *tokens* allow, and the errors in them.

    *codes* are those that may be allowed here. Of directives that are not those *of_query*, what only a
    query may have is an error.
    """
    codes = tuple(codes)
    known, problems = directives(source, tokens)
    allowed: set[str] = set()
    errors = [*problems, *(() if of_query else misplaced(known))]
    for directive in known:
        if directive.word != "allow":
            continue
        if not directive.arguments:
            errors.append(_no_warning(directive.span, codes))
        for argument in directive.arguments:
            if argument.text in codes:
                allowed.add(argument.text)
            else:
                errors.append(_unknown_warning(argument, codes))
    return frozenset(allowed), tuple(errors)


_WORDS = "|".join(sorted(FORMS, key=len, reverse=True))
_DIRECTIVE = re.compile(
    rf"--[ \t]*sqlgen:[ \t]*(?:(?P<known>{_WORDS})(?![\w-])|(?P<unknown>[^\s,]*))"
)
_ARGUMENT = re.compile(r"[^\s,]+")


def _unknown_directive(word: Span, comment: Span) -> Diagnostic:
    offered = {word: form for word, form in FORMS.items() if word not in _WRITTEN_BY_US}
    near = nearest(word.text.lower(), offered)
    forms = [offered[near]] if near else offered.values()
    return Diagnostic(
        code="unknown-directive",
        message=(
            f"unknown directive `{word.text}`"
            if word.text
            else "the comment names no directive"
        ),
        label=Label(word if word.text else comment),
        hint=f"write {' or '.join(f'`-- sqlgen: {form}`' for form in forms)}",
    )


def _too_much(directive: Directive) -> Diagnostic:
    return Diagnostic(
        code="unknown-directive",
        message=f"`{directive.word}` takes nothing more",
        label=Label(directive.arguments[0]),
        hint=f"write `-- sqlgen: {directive.word}`",
    )


def _not_one_role(directive: Directive) -> Diagnostic:
    names = directive.arguments
    return Diagnostic(
        code="unknown-directive",
        message=(
            "the comment names more than one role"
            if names
            else "the comment names no role"
        ),
        label=Label(names[1] if names else directive.span),
        hint="write `-- sqlgen: role NAME`",
    )


def _unknown_warning(code: Span, codes: tuple[str, ...]) -> Diagnostic:
    near = nearest(code.text.lower(), codes)
    return Diagnostic(
        code="unknown-warning",
        message=f"unknown warning `{code.text}`",
        label=Label(code),
        hint=f"write `{near}`" if near else f"write one of {_listed(codes)}",
    )


def _no_warning(comment: Span, codes: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        code="unknown-warning",
        message="the comment names no warning to allow",
        label=Label(comment),
        hint=f"add one of {_listed(codes)}",
    )


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)
