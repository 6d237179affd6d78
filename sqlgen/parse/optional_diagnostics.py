"""A parameter that calls cannot leave out -> the error that says so."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, nearest
from ..model.query import Parameter, PartKind
from ..model.source import Span


def no_name(comment: Span) -> Diagnostic:
    """Return the error of a directive that names no parameter."""
    return Diagnostic(
        code="unknown-parameter",
        message="the comment names no parameter",
        label=Label(comment),
        hint="add the names of the parameters, separated by commas",
    )


def unknown_parameter(span: Span, names: Mapping[str, Parameter]) -> Diagnostic:
    """Return the error of a directive that names no parameter of its query."""
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


def required(span: Span) -> Diagnostic:
    """Return the error of a group with a parameter that is not optional."""
    return Diagnostic(
        code="not-optional",
        message=f"`{span.text}` is not optional, so that each call gives it",
        label=Label(span),
        hint="add it to `-- sqlgen: optional`, or leave it out of `require one of`",
    )


def no_condition(place: Span, name: str, *, in_values: bool) -> Diagnostic:
    """Return the error of an optional parameter that stands in nothing that can be left out."""
    hint = "use it in WHERE, HAVING, the ON of an inner join or SET, or take it out of `optional`"
    return Diagnostic(
        code="not-optional",
        message=f"`:{name}` cannot be left out: it stands neither in a condition nor in SET",
        label=Label(place),
        hint=(
            f"write `-- sqlgen: default {name}` to insert DEFAULT"
            if in_values
            else hint
        ),
    )


def no_condition_here(place: Span, name: str) -> Diagnostic:
    """Return the error of one that can be left out elsewhere, but not at this place."""
    return Diagnostic(
        code="not-optional",
        message=f"`:{name}` cannot be left out here, but only where it stands in a condition",
        label=Label(place),
        hint=f"write another parameter here, such as `:{name}_always`, which each call gives",
    )


def no_value(place: Span, name: str) -> Diagnostic:
    """Return the error of a parameter in whose place DEFAULT cannot stand."""
    return Diagnostic(
        code="no-default",
        message=f"DEFAULT cannot stand in the place of `:{name}`: it is not in VALUES of an INSERT",
        label=Label(place),
        hint="write `INSERT … VALUES (…)`, or take the parameter out of `default`",
    )


def nothing_to_set(place: Span, names: Sequence[str], *, alone: bool) -> Diagnostic:
    """Return the error of a SET that has nothing to set without its optional parameters, *names*."""
    listed = " and ".join(f"`:{name}`" for name in names)
    other = f"`-- sqlgen: require one of {', '.join(names)}`, or "
    return Diagnostic(
        code="nothing-to-set",
        message=f"without {listed}, this SET has nothing to set",
        label=Label(place),
        hint=f"add {'' if alone else other}an assignment that is always there",
    )


def in_case(place: Span, name: str) -> Diagnostic:
    """Return the error of an optional parameter in CASE."""
    return Diagnostic(
        code="not-optional",
        message=f"`:{name}` cannot be left out: it stands in CASE",
        label=Label(place),
        hint="write the condition without CASE, or take the parameter out of `optional`",
    )


def beside_required(
    place: Span, name: str, optional: str, kind: PartKind
) -> Diagnostic:
    """Return the error of a required parameter in a part that is left out with that of *optional*."""
    word = "default" if kind is PartKind.DEFAULT else "optional"
    hint = f"add `{name}` to `-- sqlgen: {word}`"
    if kind is PartKind.CONDITION:
        hint += ", or write a condition with AND for each"
    return Diagnostic(
        code="optional-beside-required",
        message=f"`:{name}` is required, but would be left out together with `:{optional}`",
        label=Label(place),
        hint=hint,
    )


_PLACES: Final = {
    PartKind.CONDITION: ("a condition", "conditions"),
    PartKind.ASSIGNMENT: ("an assignment", "assignments"),
    PartKind.ARGUMENT: ("an argument", "arguments"),
    PartKind.DEFAULT: ("a value", "values"),
}
"""The words for one part of each kind, and for several."""


def twice(place: Span, first: Span, name: str, kinds: Sequence[PartKind]) -> Diagnostic:
    """Return the error of a parameter in several parts of these *kinds*, one of which is at *first*."""
    places = [
        one if times == 1 else f"{times} {several}"
        for kind, (one, several) in _PLACES.items()
        if (times := kinds.count(kind))
    ]
    is_default = PartKind.DEFAULT in kinds
    word = "default" if is_default else "optional"
    each = "value" if is_default else "part"
    return Diagnostic(
        code="optional-twice",
        message=f"`:{name}` stands in {' and '.join(places)}, but may be left out of one place only",
        label=Label(place),
        related=(Label(first, "the first one"),),
        hint=f"give each {each} a parameter of its own, or take `{name}` out of `-- sqlgen: {word}`",
    )
