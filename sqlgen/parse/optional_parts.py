"""`-- sqlgen: optional NAME, …` and `require one of NAME, …` -> the parts that calls may leave out."""

from collections.abc import Mapping, Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError, nearest
from ..model.frozen import frozen
from ..model.query import Parameter, Part, ServerSql
from ..model.source import Span
from .directives import Directive
from .parts import Conditions, Range


@frozen
class OptionalParts:
    """The `parts` and `require_one_of` of a query, as `Query` has them."""

    parts: tuple[Part, ...] = ()
    require_one_of: tuple[tuple[int, ...], ...] = ()


def optional_parts(
    directives: Sequence[Directive], parameters: Sequence[Parameter], sql: ServerSql
) -> OptionalParts:
    """Return the parts of a statement that its directives say are optional.

    Raises `SqlgenError` with all errors in them.
    """
    by_name = {parameter.name: parameter for parameter in parameters if parameter.name}
    errors: list[Diagnostic] = []

    def named(directive: Directive) -> list[tuple[Span, Parameter]]:
        if not directive.arguments:
            errors.append(_no_name(directive.span))
        found = []
        for span in directive.arguments:
            if parameter := by_name.get(span.text.removeprefix(":")):
                found.append((span, parameter))
            else:
                errors.append(_unknown(span, by_name))
        return found

    optional: dict[int, Span] = {}
    for directive in directives:
        if directive.word == "optional":
            optional |= {p.number: span for span, p in named(directive)}
    groups: list[tuple[int, ...]] = []
    for directive in directives:
        if directive.word == "require one of":
            group = named(directive)
            errors += [_required(span) for span, p in group if p.number not in optional]
            groups.append(tuple(p.number for _, p in group))
    parts: tuple[Part, ...] = ()
    if optional:
        parts, more = _parts(optional, parameters, sql)
        errors += more
    if errors:
        raise SqlgenError(*errors)
    return OptionalParts(parts, tuple(groups))


def _parts(
    optional: Mapping[int, Span], parameters: Sequence[Parameter], sql: ServerSql
) -> tuple[tuple[Part, ...], list[Diagnostic]]:
    """Return the parts around the *optional* parameters, in order, and the errors in them."""
    conditions = Conditions(sql.text)
    by_number = {parameter.number: parameter for parameter in parameters}
    ranges: set[Range] = set()
    errors: list[Diagnostic] = []
    for placeholder in sql.placeholders:
        if placeholder.number not in optional:
            continue
        around = conditions.part_around(placeholder.start)
        place = _place(sql, placeholder.start, by_number[placeholder.number])
        name = by_number[placeholder.number].name
        if around is None:
            errors.append(_no_condition(place, name))
        elif conditions.is_in_case(placeholder.start, around):
            errors.append(_in_case(place, name))
        else:
            ranges.add(around)
    if errors:
        return (), errors
    parts: list[Part] = []
    for start, end in _outermost(ranges):
        numbers = [p.number for p in sql.placeholders if start <= p.start < end]
        parts.append(Part(start, end, tuple(dict.fromkeys(numbers))))
    for part in parts:
        first = next(by_number[n] for n in part.parameters if n in optional)
        for number in part.parameters:
            if number not in optional:
                place = _place_in(sql, part, by_number[number])
                errors.append(
                    _beside_required(place, by_number[number].name, first.name)
                )
    for number in optional:
        containing = [part for part in parts if number in part.parameters]
        if len(containing) > 1:
            first_place, second_place = (
                _place_in(sql, part, by_number[number]) for part in containing[:2]
            )
            errors.append(_twice(second_place, first_place, by_number[number].name))
    return tuple(parts), errors


def _outermost(ranges: set[Range]) -> list[Range]:
    """Return the ranges in order, without those within another."""
    outermost: list[Range] = []
    for one in sorted(ranges, key=lambda one: (one.start, -one.end)):
        if not outermost or one.start >= outermost[-1].end:
            outermost.append(one)
    return outermost


def _place(sql: ServerSql, start: int, parameter: Parameter) -> Span:
    """Return the place in the query file of the parameter's placeholder at *start*."""
    source = sql.to_source(start)
    return next(
        (span for span in parameter.spans if span.start == source), parameter.spans[0]
    )


def _place_in(sql: ServerSql, part: Part, parameter: Parameter) -> Span:
    """Return the first place of a parameter in a part."""
    start = next(
        p.start
        for p in sql.placeholders
        if p.number == parameter.number and part.start <= p.start < part.end
    )
    return _place(sql, start, parameter)


def _no_name(comment: Span) -> Diagnostic:
    return Diagnostic(
        code="unknown-parameter",
        message="the comment names no parameter",
        label=Label(comment),
        hint="add the names of the parameters, separated by commas",
    )


def _unknown(span: Span, names: Mapping[str, Parameter]) -> Diagnostic:
    near = nearest(span.text.removeprefix(":"), names)
    listed = ", ".join(f"`{name}`" for name in names)
    if near:
        hint = f"write `{near}`"
    elif names:
        hint = f"write one of {listed}"
    else:
        hint = "write a parameter as `:name` to refer to it"
    return Diagnostic(
        code="unknown-parameter",
        message=f"the query has no parameter `{span.text}`",
        label=Label(span),
        hint=hint,
    )


def _required(span: Span) -> Diagnostic:
    return Diagnostic(
        code="not-optional",
        message=f"`{span.text}` is not optional, so that each call gives it",
        label=Label(span),
        hint="add it to `-- sqlgen: optional`, or leave it out of `require one of`",
    )


def _no_condition(place: Span, name: str) -> Diagnostic:
    return Diagnostic(
        code="not-optional",
        message=f"`:{name}` cannot be left out: it does not stand in a condition",
        label=Label(place),
        hint="use it in WHERE, HAVING or the ON of an inner join, or take it out of `optional`",
    )


def _in_case(place: Span, name: str) -> Diagnostic:
    return Diagnostic(
        code="not-optional",
        message=f"`:{name}` cannot be left out: it stands in CASE",
        label=Label(place),
        hint="write the condition without CASE, or take the parameter out of `optional`",
    )


def _beside_required(place: Span, name: str, optional: str) -> Diagnostic:
    return Diagnostic(
        code="optional-beside-required",
        message=f"`:{name}` is required, but would be left out together with `:{optional}`",
        label=Label(place),
        hint=f"add `{name}` to `-- sqlgen: optional`, or write a condition with AND for each",
    )


def _twice(place: Span, first: Span, name: str) -> Diagnostic:
    return Diagnostic(
        code="optional-twice",
        message=f"`:{name}` stands in more than one condition",
        label=Label(place),
        related=(Label(first, "the first one"),),
        hint="use a parameter of its own in each, or take it out of `optional`",
    )
