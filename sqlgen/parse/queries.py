"""SourceFile -> QueryFile: reads a file's headers, comments and statements."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePosixPath

from ..model.commands import Command
from ..model.diagnostic import Diagnostic, Label, SqlgenError, attempt
from ..model.frozen import frozen
from ..model.query import WARNINGS, Query, QueryFile
from ..model.source import SourceFile, Span
from .directives import (
    allowed_warnings,
    directives,
    misplaced,
    read_only_promise,
    role_directive,
    without_effect,
)
from .docstrings import deprecation, docstring
from .headers import FORM, Header, header, is_header
from .lexer import COMMENTS, WHITE_SPACE, Kind, Token, delimiters
from .names import is_snake_case, snake_case
from .optional_parts import optional_parts
from .orders import with_order
from .pages import page_text
from .parameter_types import with_types
from .parameters import parameters
from .statements import returns_rows, statements


def query_file(source: SourceFile) -> QueryFile:
    """Return the queries of *source*.

    A file without a header is one query named after the file, or none if it has only comments.
    Raises `SqlgenError` with all errors in the file.
    """
    file, problems = readable_queries(source)
    if problems:
        raise SqlgenError(*problems)
    return file


def readable_queries(source: SourceFile) -> tuple[QueryFile, tuple[Diagnostic, ...]]:
    """Return those queries of *source* that have no errors, and all errors in the file in its order."""
    tokens = tuple(delimiters(source.text))
    headers = tuple(
        index
        for index, (kind, start, end) in enumerate(tokens)
        if kind in COMMENTS and is_header(source.text[start:end])
    )
    unreadable = _unreadable(source, tokens)
    if not headers:
        nothing = QueryFile(source=source, doc="", queries=())
        if unreadable:
            return nothing, tuple(unreadable)
        try:
            return _unnamed(source, tokens), ()
        except SqlgenError as error:
            return nothing, error.diagnostics

    known, unknown = directives(source, tokens[: headers[0]])
    problems = [*unreadable, *unknown, *misplaced(known)]
    if code := _split(source.text, tokens, 0, headers[0]):
        problems.append(_before_header(Span(source, code[0].start, code[0].end)))
    sections: list[_Section] = []
    for first, last in pairwise((*headers, len(tokens) - 1)):
        try:
            heading = header(source, tokens[first].start, tokens[first].end)
            sections.append(_Section(heading, first + 1, last))
        except SqlgenError as error:
            problems.extend(error.diagnostics)
    problems.extend(_duplicates([section.header for section in sections]))
    queries, errors = attempt(lambda section: _query(source, tokens, section), sections)
    problems.extend(errors)
    doc = docstring(source.text, tokens[: headers[0]])
    file = QueryFile(source=source, doc=doc, queries=queries)
    return file, tuple(sorted(problems, key=_position))


@frozen
class _Section:
    """A header, and the delimiters `[first:last]` below it; it ends where `last` starts."""

    header: Header
    first: int
    last: int


@frozen
class _StatementSpan:
    """The statement `text[start:end]`; `first` is the index of its first delimiter."""

    start: int
    end: int
    first: int


def _split(
    text: str, tokens: Sequence[Token], first: int, last: int
) -> tuple[_StatementSpan, ...]:
    """Return the text between semicolons, without the comments and white space around it."""
    spans: list[_StatementSpan] = []
    position = tokens[first - 1].end if first else 0
    start = end = -1
    index_of_first = first
    for index in range(first, last + 1):
        kind, begin, finish = tokens[index]
        ends = index == last or kind is Kind.SEMICOLON
        is_code = not ends and kind not in COMMENTS
        if start < 0 or not is_code:  # else the statement goes on
            gap = text[position:begin].rstrip(WHITE_SPACE)
            if code := gap.lstrip(WHITE_SPACE):
                end = position + len(gap)
                if start < 0:
                    start, index_of_first = end - len(code), index
        if is_code:
            if start < 0:
                start, index_of_first = begin, index
            end = finish
        if ends and start >= 0:
            spans.append(_StatementSpan(start, end, index_of_first))
            start = -1
        position = finish
    return tuple(spans)


def _query(source: SourceFile, tokens: Sequence[Token], section: _Section) -> Query:
    heading = section.header
    code = _statement(source, tokens, section.first, section.last, heading.name)
    if code is None:
        raise _empty(heading)
    items, sql = parameters(source, tokens, code.first, code.start, code.end)
    if heading.parameter_class_span and not items:
        raise _without_parameters(heading.name, heading.parameter_class_span)
    above = tokens[section.first : code.first]
    without_effect(source, tokens[code.first : section.last])
    known, _ = directives(source, above)
    ordered = with_order(known, items, sql)
    items = with_types(known, ordered.parameters)
    optional = optional_parts(known, items, ordered.sql, heading.command)
    page = page_text(heading.command, heading.name_span, ordered.sql, ordered.order)
    doc, deprecated = deprecation(
        docstring(
            source.text, tokens[section.first : section.last], right_below=heading.end
        )
    )
    return Query(
        name=heading.name,
        name_span=heading.name_span,
        command=heading.command,
        row=heading.row,
        row_span=heading.row_span,
        parameter_class=heading.parameter_class,
        parameter_class_span=heading.parameter_class_span,
        doc=doc,
        deprecated=deprecated,
        parameters=items,
        sql=ordered.sql,
        allowed_warnings=_allowed(source, above),
        parts=optional.parts,
        require_one_of=optional.require_one_of,
        unchanged=optional.unchanged,
        read_only=read_only_promise(known),
        role=role_directive(known),
        order=ordered.order,
        page=page,
    )


def _allowed(source: SourceFile, tokens: Sequence[Token]) -> frozenset[str]:
    allowed, problems = allowed_warnings(source, tokens, WARNINGS)
    if problems:
        raise SqlgenError(*problems)
    return allowed


def _unnamed(source: SourceFile, tokens: Sequence[Token]) -> QueryFile:
    code = _statement(source, tokens, 0, len(tokens) - 1, "")
    if code is None:
        doc = docstring(source.text, tokens)
        return QueryFile(source=source, doc=doc, queries=())
    name = PurePosixPath(source.path).stem
    whole = Span(source, code.start, code.end)
    if not is_snake_case(name):
        raise _bad_file_name(name, whole)
    items, sql = parameters(source, tokens, code.first, code.start, code.end)
    above = [token for token in tokens if token.end <= code.start]
    without_effect(source, tokens[len(above) :])
    known, _ = directives(source, above)
    ordered = with_order(known, items, sql)
    items = with_types(known, ordered.parameters)
    command = Command.MANY if returns_rows(whole.text) else Command.EXEC
    optional = optional_parts(known, items, ordered.sql, command)
    doc, deprecated = deprecation(docstring(source.text, above))
    query = Query(
        name=name,
        name_span=whole,
        command=command,
        row=None,
        row_span=None,
        doc=doc,
        deprecated=deprecated,
        parameters=items,
        sql=ordered.sql,
        named_after_file=True,
        allowed_warnings=_allowed(source, above),
        parts=optional.parts,
        require_one_of=optional.require_one_of,
        unchanged=optional.unchanged,
        read_only=read_only_promise(known),
        role=role_directive(known),
        order=ordered.order,
    )
    return QueryFile(source=source, doc="", queries=(query,))


def _statement(
    source: SourceFile, tokens: Sequence[Token], first: int, last: int, name: str
) -> _StatementSpan | None:
    """Return the statement of a section, or None if there is none."""
    candidates = _split(source.text, tokens, first, last)
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    # Semicolons inside the body of a function do not end a statement.
    offset = candidates[0].start
    spans = statements(source.text[offset : candidates[-1].end], psql=False)
    if len(spans) == 1:
        return _StatementSpan(offset, offset + spans[0][1], candidates[0].first)
    first_span, second_span, *_ = (
        Span(source, offset + start, offset + end) for start, end in spans
    )
    raise SqlgenError(
        Diagnostic(
            code="several-statements",
            message=(
                f"query `{name}` has {len(spans)} statements"
                if name
                else f"the file has {len(spans)} statements and no header"
            ),
            label=Label(second_span, "the second statement"),
            related=(Label(first_span, "the first one"),),
            hint=f"give each statement a header, `{FORM}`" + _translation(source, name),
        )
    )


_OF_PGTYPED = re.compile(r"/\*[\s*]*@name\s")


def _translation(source: SourceFile, name: str) -> str:
    """Return the end of a hint about a file of PgTyped, which has its headers in block comments."""
    is_pgtyped = not name and _OF_PGTYPED.search(source.text)
    return "; `sqlgen import pgtyped` translates whole files" if is_pgtyped else ""


def _unreadable(source: SourceFile, tokens: Sequence[Token]) -> list[Diagnostic]:
    problems = []
    for kind, start, _ in tokens[-2:]:
        if kind is Kind.UNTERMINATED:
            match = _OPENING.match(source.text, start)
            opening = match[0] if match else source.text[start]
            what, closing = _OPENED[opening[-1]]
            problems.append(
                Diagnostic(
                    code="unterminated",
                    message=f"the {what} that begins here never ends",
                    label=Label(Span(source, start, start + len(opening))),
                    hint=f"close it with `{closing or opening}`",
                )
            )
    return problems


_OPENING = re.compile(r"""(?:[A-Za-z]&?)?['"]|/\*|\$[^$]*\$""")
_OPENED = {
    "'": ("string", "'"),
    '"': ("quoted identifier", '"'),
    "*": ("comment", "*/"),
    "$": ("dollar-quoted string", ""),
}


def _duplicates(headers: Sequence[Header]) -> list[Diagnostic]:
    seen: dict[str, Header] = {}
    return [
        Diagnostic(
            code="duplicate-query",
            message=f"the file has more than one query `{heading.name}`",
            label=Label(heading.name_span),
            related=(Label(earlier.name_span, "the first one"),),
            hint="rename one of them",
        )
        for heading in headers
        if (earlier := seen.setdefault(heading.name, heading)) is not heading
    ]


def _without_parameters(name: str, class_: Span) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="class-without-parameters",
            message=f"query `{name}` names a class of parameters, but has no parameters",
            label=Label(class_),
            hint=f"leave out `({class_.text})`",
        )
    )


def _empty(heading: Header) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="empty-query",
            message=f"query `{heading.name}` has no statement",
            label=Label(heading.name_span),
            hint="write its statement below the header",
        )
    )


def _before_header(span: Span) -> Diagnostic:
    return Diagnostic(
        code="statement-without-header",
        message="there is a statement before the first header",
        label=Label(span),
        hint=f"put a header above it, `{FORM}`",
    )


def _bad_file_name(name: str, span: Span) -> SqlgenError:
    guess = snake_case(name)
    return SqlgenError(
        Diagnostic(
            code="bad-query-name",
            message=f"the file has no header, and `{name}` cannot be the name of a query",
            label=Label(span),
            hint=(f"rename the file `{guess}.sql`, or " if guess else "")
            + f"put a header above the statement, `{FORM}`",
        )
    )


def _position(problem: Diagnostic) -> int:
    return problem.label.span.start if problem.label else 0
