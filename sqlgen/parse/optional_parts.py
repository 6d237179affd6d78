"""`-- sqlgen: optional NAME, …`, `default NAME, …`, `require one of NAME, …` -> what calls may leave out."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace

from ..model.commands import Columns, Command
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.query import Parameter, Part, PartKind, ServerSql, Unchanged
from ..model.source import Span
from .directives import Directive
from .optional_diagnostics import (
    beside_required,
    in_case,
    no_condition,
    no_condition_here,
    no_name,
    no_value,
    nothing_to_set,
    required,
    twice,
    unknown_parameter,
)
from .parts import Found, Parts
from .set_lists import SetLists
from .statement_tokens import StatementTokens


@frozen
class OptionalParts:
    """The `parts`, `require_one_of` and `unchanged` of a query, as `Query` has them."""

    parts: tuple[Part, ...] = ()
    require_one_of: tuple[tuple[int, ...], ...] = ()
    unchanged: Unchanged | None = None


def optional_parts(
    directives: Sequence[Directive],
    parameters: Sequence[Parameter],
    sql: ServerSql,
    command: Command,
) -> OptionalParts:
    """Return the parts of a statement that its directives say are optional.

    Raises `SqlgenError` with all errors in them.
    """
    by_name = {parameter.name: parameter for parameter in parameters if parameter.name}
    errors: list[Diagnostic] = []

    def named(directive: Directive) -> list[tuple[Span, Parameter]]:
        if not directive.arguments:
            errors.append(no_name(directive.span))
        found = []
        for span in directive.arguments:
            if parameter := by_name.get(span.text.removeprefix(":")):
                found.append((span, parameter))
            else:
                errors.append(unknown_parameter(span, by_name))
        return found

    optional: set[int] = set()
    defaults: set[int] = set()
    for directive in directives:
        if directive.word == "optional":
            optional |= {p.number for _, p in named(directive)}
        elif directive.word == "default":
            defaults |= {p.number for _, p in named(directive)}
    groups: list[tuple[int, ...]] = []
    for directive in directives:
        if directive.word == "require one of":
            group = named(directive)
            errors += [required(span) for span, p in group if p.number not in optional]
            groups.append(tuple(p.number for _, p in group))
    found = OptionalParts()
    if optional or defaults:
        finder = _Finder(sql, parameters, optional, defaults)
        found = finder.parts(
            groups, gives_rows=command.spec.columns is Columns.RETURNED
        )
        errors += finder.errors
    if errors:
        raise SqlgenError(*errors)
    return replace(found, require_one_of=tuple(groups))


class _Finder:
    """Finds the parts around the *optional* parameters of a statement, and those with *defaults*."""

    def __init__(
        self,
        sql: ServerSql,
        parameters: Sequence[Parameter],
        optional: Collection[int],
        defaults: Collection[int],
    ) -> None:
        self.errors: list[Diagnostic] = []
        self._sql = sql
        self._by_number = {parameter.number: parameter for parameter in parameters}
        self._optional = optional
        self._defaults = defaults
        self._statement = StatementTokens(sql.text)
        self._parts = Parts(self._statement)

    def parts(
        self, groups: Sequence[tuple[int, ...]], *, gives_rows: bool
    ) -> OptionalParts:
        """Return the parts in order; of each of the *groups*, a call gives at least one parameter."""
        sets = SetLists(self._statement, self._parts)
        parts: list[Part] = []
        found = _outermost(self._found())
        for one in found:
            sets.add(one)
        starts = [placeholder.start for placeholder in self._sql.placeholders]
        for one in found:
            within = slice(*[bisect_left(starts, place) for place in one.range])
            own = tuple(dict.fromkeys(p.number for p in self._sql.placeholders[within]))
            if one.kind in (PartKind.ASSIGNMENT, PartKind.ARGUMENT):
                parts.append(sets.part(one, own))
            else:
                parts.append(Part(*one.range, own, one.kind, *one.range))
        self._check(parts)
        if self.errors:
            return OptionalParts()
        return OptionalParts(
            tuple(parts), unchanged=self._unchanged(parts, groups, sets, gives_rows)
        )

    def _is_in_condition(self, number: int) -> bool:
        """Return whether a parameter stands in a condition somewhere."""
        return any(
            (around := self._parts.optional_around(placeholder.start)) is not None
            and around.kind is PartKind.CONDITION
            for placeholder in self._sql.placeholders
            if placeholder.number == number
        )

    def _found(self) -> set[Found]:
        """Return the parts around the parameters, and note an error for each that is in none."""
        found: set[Found] = set()
        for placeholder in self._sql.placeholders:
            number, start = placeholder.number, placeholder.start
            if number not in self._optional and number not in self._defaults:
                continue
            value = self._parts.value_around(start)
            place = _place(self._sql, start, self._by_number[number])
            name = self._by_number[number].name
            if number in self._defaults:
                if value is None:
                    self.errors.append(no_value(place, name))
                else:
                    found.add(value)
                continue
            around = self._parts.optional_around(start)
            is_argument = around is not None and around.kind is PartKind.ARGUMENT
            if around is None or (is_argument and not self._sql.source.origin):
                self.errors.append(
                    no_condition(place, name, in_values=value is not None)
                    if not self._is_in_condition(number)
                    else no_condition_here(place, name)
                )
            elif around.kind is PartKind.CONDITION and self._parts.is_in_case(
                start, around.range
            ):
                self.errors.append(in_case(place, name))
            else:
                found.add(around)
        return found

    def _check(self, parts: Sequence[Part]) -> None:
        """Note an error for each parameter that would be left out with another, or in several places."""
        for part in parts:
            left_out = (
                self._defaults if part.kind is PartKind.DEFAULT else self._optional
            )
            first = next(self._by_number[n] for n in part.parameters if n in left_out)
            for number in part.parameters:
                if number not in left_out:
                    parameter = self._by_number[number]
                    place = _place_in(self._sql, part, parameter)
                    self.errors.append(
                        beside_required(place, parameter.name, first.name, part.kind)
                    )
        by_number: dict[int, list[Part]] = {}
        for part in parts:
            for number in part.parameters:
                by_number.setdefault(number, []).append(part)
        for number in (*self._optional, *self._defaults):
            containing = by_number.get(number, [])
            if len(containing) > 1:
                parameter = self._by_number[number]
                first_place, second_place = (
                    _place_in(self._sql, part, parameter) for part in containing[:2]
                )
                kinds = [part.kind for part in containing]
                self.errors.append(
                    twice(second_place, first_place, parameter.name, kinds)
                )

    def _unchanged(
        self,
        parts: Sequence[Part],
        groups: Sequence[tuple[int, ...]],
        sets: SetLists,
        gives_rows: bool,
    ) -> Unchanged | None:
        """Return what an UPDATE is with nothing to set, and note an error where it is nothing.

        None if there is always something to set.
        """
        unchanged: Unchanged | None = None
        for number in sorted({part.set_list for part in parts} - {0}):
            own = [part for part in parts if part.set_list == number]
            if own[0].kind is PartKind.ARGUMENT:  # a call may have none
                continue
            numbers = {n for part in own for n in part.parameters}
            if len(own) > 1 and any(group and numbers >= {*group} for group in groups):
                continue
            unchanged = sets.unchanged(number, gives_rows=gives_rows)
            if unchanged is None or self._may_have_other_types(unchanged):
                first = self._by_number[own[0].parameters[0]]
                names = [
                    self._by_number[n].name for part in own for n in part.parameters
                ]
                self.errors.append(
                    nothing_to_set(
                        _place_in(self._sql, own[0], first), names, alone=len(own) == 1
                    )
                )
        return unchanged

    def _may_have_other_types(self, unchanged: Unchanged) -> bool:
        """Return whether a parameter is used in RETURNING and elsewhere.

        Its first use decides on its type, and in a SELECT that is the one among the columns.
        """
        start, end = unchanged.returning or (0, 0)
        within = {p.number for p in self._sql.placeholders if start <= p.start < end}
        return any(
            p.number in within and not start <= p.start < end
            for p in self._sql.placeholders
        )


def _outermost(found: set[Found]) -> list[Found]:
    """Return the parts in order, without those within another."""
    outermost: list[Found] = []
    for one in sorted(found, key=lambda one: (one.range.start, -one.range.end)):
        if not outermost or one.range.start >= outermost[-1].range.end:
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
