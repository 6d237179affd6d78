"""A statement's landmarks -> its parameters and the text that the server is sent.

`:name` becomes `$n`, numbered by first use. Which colons with a name behind them are none:

- A colon right behind a string, a number, a quoted identifier, `]` or a parameter: no expression
  can begin there. It separates a key from its value (`JSON_OBJECT('k':v)`).
- In a subscript (a `[` behind an operand) one colon separates the bounds of a slice: the first
  one behind an operand, or else the one behind the bracket. So `a[:n]` is the slice up to the
  column `n`, and `a[:lo::hi]` a cast; a parameter there is written `a[(:n)]`, or with the other
  bound: `a[1: :n]`, `a[:lo : :hi]`. `ARRAY[:a, :b]` is no subscript.
"""

import re
from collections.abc import Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.query import Mark, Origin, Parameter, Placeholder, ServerSql
from ..model.source import SourceFile, Span
from .lexer import COMMENTS, WHITE_SPACE, Kind, Token
from .names import is_snake_case, snake_case


def parameters(
    source: SourceFile, marks: Sequence[Token], first: int, start: int, end: int
) -> tuple[tuple[Parameter, ...], ServerSql]:
    """The parameters of the statement `source.text[start:end]`, and the statement with `$n`.

    *marks* are landmarks of the file, `marks[first]` the first one of the statement. Raises
    `SqlgenError` for all that is wrong with the parameters.
    """
    places = _places(source.text, marks, first, end)
    named = any(token.kind is Kind.NAMED for token in places)
    if named and any(token.kind is Kind.POSITIONAL for token in places):
        raise _mixed(source, places)
    found = _named(source, places) if named else _positional(source, places)
    return found, _server_sql(source, found, start, end)


def _places(
    text: str, marks: Sequence[Token], first: int, end: int
) -> tuple[Token, ...]:
    """The landmarks that are parameters."""
    places: list[int] = []
    # For each open bracket: None, or the colons of a subscript at its own level.
    brackets: list[list[int] | None] = []
    colons: list[int] = []

    def leave(inside: list[int] | None) -> None:
        if inside:
            opening = inside[0] if _opens(text, marks, inside[0]) else None
            behind = (n for n in inside if _operand_before(text, marks, n, _BOUND))
            colons.append(next(behind, opening if opening is not None else -1))

    for index in range(first, len(marks)):
        kind, begin, _ = marks[index]
        if begin >= end:
            break
        if kind is Kind.OPEN:
            subscript = text[begin] == "[" and _operand_before(
                text, marks, index, _SUBSCRIPTED
            )
            brackets.append([] if subscript else None)
        elif kind is Kind.CLOSE:
            leave(brackets.pop() if brackets else None)
        elif kind is Kind.POSITIONAL:
            places.append(index)
        elif kind is Kind.NAMED or kind is Kind.COLON:
            inside = brackets[-1] if brackets else None
            if inside is not None:
                inside.append(index)
                places.append(index)
            elif kind is Kind.NAMED and (
                _BEFORE_PARAMETER.match(text, max(begin - 2, 0), begin)
                or not _operand_before(text, marks, index, None)
            ):
                places.append(index)
    for inside in brackets:
        leave(inside)
    return tuple(
        marks[index]
        for index in places
        if index not in colons and marks[index].kind is not Kind.COLON
    )


# Most parameters stand behind one of these, and that is seen at a glance.
_BEFORE_PARAMETER = re.compile(r"[(,=<>] |.[(,]")


def _operand_before(
    text: str, marks: Sequence[Token], index: int, not_operands: re.Pattern[str] | None
) -> bool:
    """Whether an operand ends before the landmark, comments and white space apart.

    Of words all but *not_operands* count as one, and so does `)`; without *not_operands* neither
    does: a keyword and a list in parentheses (`DISTINCT ON (a)`) have expressions after them.
    """
    at = marks[index].start
    while True:
        index -= 1
        floor = marks[index].end if index >= 0 else 0
        stripped = text[floor:at].rstrip(WHITE_SPACE)
        if stripped or index < 0:
            break
        kind = marks[index].kind
        if kind not in COMMENTS:
            if kind is Kind.CLOSE:
                return text[floor - 1] == "]" or not_operands is not None
            return kind in _OPERANDS
        at = marks[index].start
    if not stripped:
        return False
    if stripped[-1] in "'\"":
        return True
    if word := _LAST_WORD.search(stripped):
        if word[0][0].isdecimal():
            return True
        return not_operands is not None and not not_operands.fullmatch(word[0])
    return False


_OPERANDS = frozenset({Kind.NAMED, Kind.POSITIONAL, Kind.DOLLAR})
_LAST_WORD = re.compile(r"[A-Za-z_0-9$.\x80-\U0010ffff]+\Z")
_SUBSCRIPTED = re.compile(r"(?i:array)")
_BOUND = re.compile(
    r"(?i:all|and|any|array|between|case|distinct|else|from|ilike|in|is|like|not|or|select"
    r"|similar|some|then|when|where)"
)
"""Keywords that an expression follows."""


def _opens(text: str, marks: Sequence[Token], index: int) -> bool:
    """Whether nothing stands between the colon and its bracket."""
    at = marks[index].start
    while index:
        index -= 1
        if text[marks[index].end : at].strip(WHITE_SPACE):
            return False
        if marks[index].kind not in COMMENTS:
            return marks[index].kind is Kind.OPEN
        at = marks[index].start
    return False


def _named(source: SourceFile, places: Sequence[Token]) -> tuple[Parameter, ...]:
    spans: dict[str, list[Span]] = {}
    given: dict[str, tuple[Mark, Span]] = {}
    problems: list[Diagnostic] = []
    for _, start, end in places:
        name = source.text[start + 1 : end]
        mark = Mark.INFER
        if name[-1] in "!?":
            name, mark = name[:-1], Mark(name[-1])
        span = Span(source, start, end)
        if name not in spans and (problem := _bad_name(name, span)):
            problems.append(problem)
        spans.setdefault(name, []).append(span)
        if mark:
            earlier, where = given.setdefault(name, (mark, span))
            if earlier is not mark:
                problems.append(_conflict(name, earlier, where, mark, span))
    if problems:
        raise SqlgenError(*problems)
    return tuple(
        Parameter(
            name=name,
            number=number,
            mark=given[name][0] if name in given else Mark.INFER,
            spans=tuple(places_of_it),
        )
        for number, (name, places_of_it) in enumerate(spans.items(), 1)
    )


def _positional(source: SourceFile, places: Sequence[Token]) -> tuple[Parameter, ...]:
    spans: dict[int, list[Span]] = {}
    for _, start, end in places:
        # More digits than a number of a parameter can have are not worth computing.
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
    source: SourceFile, found: Sequence[Parameter], start: int, end: int
) -> ServerSql:
    text = source.text
    pieces: list[str] = []
    placeholders: list[Placeholder] = []
    origins: list[Origin] = []
    length = 0
    position = start
    places = sorted(
        (span.start, span.end, parameter.number)
        for parameter in found
        for span in parameter.spans
    )
    for begin, finish, number in places:
        named = text[begin] == ":"
        if begin > position:
            pieces.append(text[position:begin])
            origins.append(Origin(length, position, begin - position))
            length += begin - position
        # `limit:n` and `:n!and` are tokens next to each other; `limit$1` would be one.
        left = " " if named and begin > start and _is_letter(text[begin - 1]) else ""
        right = " " if named and finish < end and _is_letter(text[finish]) else ""
        placeholder = f"${number}"
        pieces.append(left + placeholder + right)
        origins.append(Origin(length, begin, len(pieces[-1]), exact=False))
        placeholders.append(
            Placeholder(
                number,
                length + len(left),
                length + len(left) + len(placeholder),
                cast=_CAST.match(text, finish, end) is not None,
            )
        )
        length += len(pieces[-1])
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
    """Whether an identifier can have *character* in it."""
    return character.isalnum() or character in "_$" or character >= "\x80"


_CAST = re.compile(r"[ \t\n\r\f\v]*+::")


def _bad_name(name: str, span: Span) -> Diagnostic | None:
    if name == "conn":
        message = "a parameter cannot be named `conn`, which is the connection's name"
        hint = "give the parameter another name, for instance `:connection`"
    elif not is_snake_case(name):
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
