"""TypedQuery -> the constant that makes its statement of what a call gives."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Argument, Choices, Variants
from ..model.query import PartKind, Query
from ..model.typed import TypedParameter, TypedQuery
from . import names
from .sql import RunningStatement

_PLACEHOLDER: Final = re.compile(r'(?<![\w$"])\$(\d+)')
"""The pattern by which the generated `_variants` finds placeholders."""


def variants_of(
    query: TypedQuery,
    running: RunningStatement,
    arguments: Sequence[Argument],
    parameters: Sequence[TypedParameter],
    name_of_statement: Callable[[str], str],
    choices: Choices | None = None,
) -> Variants | None:
    """Return the constant with the variants of a query; None if there is only one statement.

    *running* is the statement that runs. *arguments* are those for the *parameters*. *name_of_statement*
    gives a statement the comment with the query's name. *choices* are those of its order. Raises `SqlgenError` (`not-optional`).
    """
    own = query.query
    if not own.parts and choices is None:
        return None
    _check(query)
    by_number = {
        parameter.number: argument.name
        for parameter, argument in zip(parameters, arguments, strict=True)
    }
    texts: dict[PartKind, list[str]] = {kind: [] for kind in PartKind}
    sets: dict[int, list[str]] = {}
    for part, text in zip(own.parts, running.parts, strict=True):
        group = (
            sets.setdefault(part.set_list, []) if part.set_list else texts[part.kind]
        )
        group.append(text)
    return Variants(
        name=names.constant_name(f"{own.name}_variants"),
        parameters=tuple([by_number[number] for number in sorted(by_number)]),
        conditions=tuple(texts[PartKind.CONDITION]),
        defaults=tuple(texts[PartKind.DEFAULT]),
        assignments=(*texts[PartKind.ASSIGNMENT], *texts[PartKind.ARGUMENT]),
        sets=tuple([tuple(group) for group in sets.values()]),
        unset=tuple([argument.name for argument in arguments if argument.unset]),
        require_one_of=tuple(
            [tuple([by_number[n] for n in group]) for group in own.require_one_of]
        ),
        unchanged=name_of_statement(running.unchanged) if running.unchanged else "",
        order=choices,
    )


def together(query: Query, positions: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """Return the positions of the arguments, by those of their numbers, of parts that have several."""
    groups = [[positions[n] for n in part.parameters] for part in query.parts]
    return tuple([tuple(group) for group in groups if len(group) > 1])


def _check(query: TypedQuery) -> None:
    """Raise `SqlgenError` for what cannot be found in a statement, or run, with parts left out."""
    own = query.query
    label = Label(own.name_span)
    if own.command.spec.bulk and own.order:
        raise SqlgenError(
            Diagnostic(
                code="not-sortable",
                message=f"`:{own.command}` runs one statement for all rows, which has one order",
                label=Label(own.order.span),
                hint="take out `-- sqlgen: order`, or use another command",
            )
        )
    if own.command.spec.bulk:
        kinds = {part.kind for part in own.parts}
        word = "default" if kinds == {PartKind.DEFAULT} else "optional"
        raise SqlgenError(
            Diagnostic(
                code="not-optional",
                message=f"`:{own.command}` runs one statement for all rows, of which nothing can be left out",
                label=label,
                hint=f"take out `-- sqlgen: {word}`, or use another command",
            )
        )
    found = [match.start() for match in _PLACEHOLDER.finditer(own.sql.text)]
    stars = [column for star in query.stars for column in star.columns]
    stars += [item for _, item in own.order.choices] if own.order else []
    if not own.parts:
        return
    if found != [p.start for p in own.sql.placeholders] or any(
        _PLACEHOLDER.search(column) for column in stars
    ):
        raise SqlgenError(
            Diagnostic(
                code="not-optional",
                message="the statement has a `$` and digits that are no parameter, which may not be"
                " renumbered where another is left out",
                label=label,
                hint="take them out of the string, comment or name, or take out `-- sqlgen: optional`",
            )
        )
