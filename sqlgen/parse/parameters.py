"""A statement's delimiters -> its parameters, and its text as the server gets it.

`:name` becomes `$n`, numbered by first use; `$1` stays as it is.
"""

import re
from collections.abc import Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.query import Mark, Origin, Parameter, Placeholder, ServerSql
from ..model.source import SourceFile, Span
from .foreign_syntax import foreign_parameters
from .lexer import Kind, Token
from .names import is_parameter_name, snake_case
from .parameter_tokens import parameter_tokens


def parameters(
    source: SourceFile, tokens: Sequence[Token], first: int, start: int, end: int
) -> tuple[tuple[Parameter, ...], ServerSql]:
    """Return the parameters of the statement `source.text[start:end]`, and its text with `$n`.

    *tokens* are the delimiters of the file, and `tokens[first]` is the first one in the statement.
    Raises `SqlgenError` with all errors in the parameters.
    """
    if errors := foreign_parameters(source, start, end):
        raise SqlgenError(*errors)
    places = parameter_tokens(source.text, tokens, first, end)
    kinds = {token.kind for token in places}
    if len(kinds) > 1:
        raise _mixed(source, places)
    named = Kind.NAMED in kinds
    items = _named(source, places) if named else _positional(source, places)
    return items, _server_sql(source, places, items, start, end)


def _named(source: SourceFile, places: Sequence[Token]) -> tuple[Parameter, ...]:
    spans: dict[str, list[Span]] = {}
    marks: dict[str, tuple[Mark, Span]] = {}
    element_marks: dict[str, tuple[Mark, Span]] = {}
    problems: list[Diagnostic] = []
    for _, start, end in places:
        name = source.text[start + 1 : end]
        mark = element_mark = Mark.INFER
        if name[-1] == "]":
            name, element_mark = name[:-3], Mark(name[-2])
        if name[-1] in "!?":
            name, mark = name[:-1], Mark(name[-1])
        span = Span(source, start, end)
        if name not in spans and (problem := _bad_name(name, span)):
            problems.append(problem)
        spans.setdefault(name, []).append(span)
        for new, known in ((mark, marks), (element_mark, element_marks)):
            if new:
                earlier, where = known.setdefault(name, (new, span))
                if earlier is not new:
                    problems.append(_conflict(name, earlier, where, new, span))
    if problems:
        raise SqlgenError(*problems)
    return tuple(
        [
            Parameter(
                name=name,
                number=number,
                mark=marks[name][0] if name in marks else Mark.INFER,
                spans=tuple(uses),
                element_mark=(
                    element_marks[name][0] if name in element_marks else Mark.INFER
                ),
            )
            for number, (name, uses) in enumerate(spans.items(), 1)
        ]
    )


def _positional(source: SourceFile, places: Sequence[Token]) -> tuple[Parameter, ...]:
    spans: dict[int, list[Span]] = {}
    for _, start, end in places:
        # No parameter number is that long; Python refuses to read more than 4,300 digits.
        number = int(source.text[start + 1 : end][:12])
        spans.setdefault(number, []).append(Span(source, start, end))
    for rank, number in enumerate(sorted(spans), 1):
        if number != rank:
            raise _gap(spans[number][0], rank)
    return tuple(
        Parameter(name="", number=number, mark=Mark.INFER, spans=tuple(spans[number]))
        for number in sorted(spans)
    )


def _server_sql(
    source: SourceFile,
    places: Sequence[Token],
    items: Sequence[Parameter],
    start: int,
    end: int,
) -> ServerSql:
    text = source.text
    numbers = {span.start: item.number for item in items for span in item.spans}
    pieces: list[str] = []
    placeholders: list[Placeholder] = []
    origins: list[Origin] = []
    length = 0
    position = start
    for kind, begin, finish in places:
        named = kind is Kind.NAMED
        if begin > position:
            pieces.append(text[position:begin])
            origins.append(Origin(length, position, begin - position))
            length += begin - position
        # `limit:n` and `:n!and` are two tokens each; `limit$1` would be only one.
        left = " " if named and begin > start and _is_letter(text[begin - 1]) else ""
        right = " " if named and finish < end and _is_letter(text[finish]) else ""
        number = numbers[begin]
        placeholder = f"${number}"
        piece = left + placeholder + right
        pieces.append(piece)
        origins.append(Origin(length, begin, len(piece), False))
        first = length + len(left)
        cast = _CAST.match(text, finish, end) is not None
        placeholders.append(Placeholder(number, first, first + len(placeholder), cast))
        length += len(piece)
        position = finish
    if end > position:
        pieces.append(text[position:end])
        origins.append(Origin(length, position, end - position))
    return ServerSql(
        source=source,
        text="".join(pieces),
        placeholders=tuple(placeholders),
        origins=tuple(origins),
    )


def _is_letter(character: str) -> bool:
    """Return whether an identifier can contain *character*."""
    return character.isalnum() or character in "_$" or character >= "\x80"


_CAST = re.compile(r"[ \t\n\r\f\v]*+::")


def _bad_name(name: str, span: Span) -> Diagnostic | None:
    if name == "conn":
        message = "a parameter cannot be named `conn`, which is the connection's name"
        hint = "give the parameter another name, for instance `:connection`"
    elif not is_parameter_name(name):
        guess = snake_case(name)
        message = f"`{name}` cannot be the name of a parameter"
        hint = f"write `:{guess}`" if guess else "write a name in snake_case"
    else:
        return None
    return Diagnostic(
        code="bad-parameter-name", message=message, label=Label(span), hint=hint
    )


def _conflict(
    name: str, earlier: Mark, where: Span, mark: Mark, span: Span
) -> Diagnostic:
    return Diagnostic(
        code="conflicting-marks",
        message=f"parameter `{name}` is marked both `{earlier}` and `{mark}`",
        label=Label(span),
        related=(Label(where, "marked here before"),),
        hint="mark it in one way: `!` is never None, `?` may be None",
    )


def _mixed(source: SourceFile, places: Sequence[Token]) -> SqlgenError:
    first = places[0]
    other = next(place for place in places if place.kind is not first.kind)
    return SqlgenError(
        Diagnostic(
            code="mixed-parameters",
            message="the query has both named and numbered parameters",
            label=Label(Span(source, other.start, other.end)),
            related=(
                Label(Span(source, first.start, first.end), "the first parameter"),
            ),
            hint="name all of them, `:name`, or number all of them, `$1`",
        )
    )


def _gap(span: Span, rank: int) -> SqlgenError:
    if span.text.strip("$0") == "":
        message, hint = "there is no parameter `$0`", "number parameters from `$1`"
    else:
        message = f"the query has a parameter `{span.text}`, but no `${rank}`"
        hint = "number parameters from `$1` without gaps, or name them: `:name`"
    return SqlgenError(
        Diagnostic(code="parameter-gap", message=message, label=Label(span), hint=hint)
    )
