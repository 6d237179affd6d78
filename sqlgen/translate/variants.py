"""TypedQuery -> the constant that makes its statement of what a call gives."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Argument, Variants
from ..model.query import Query
from ..model.typed import TypedParameter, TypedQuery
from . import names

_PLACEHOLDER: Final = re.compile(r'(?<![\w$"])\$(\d+)')
"""The pattern by which the generated `_variants` finds placeholders."""


def variants_of(
    query: TypedQuery,
    parts: Sequence[str],
    arguments: Sequence[Argument],
    parameters: Sequence[TypedParameter],
) -> Variants | None:
    """Return the constant with the variants of a query; None if a call can leave out nothing.

    *parts* are the texts of its parts in the statement that runs. *arguments* are those for the
    *parameters*. Raises `SqlgenError` (`not-optional`).
    """
    if not parts:
        return None
    _check(query)
    by_number = {
        parameter.number: argument.name
        for parameter, argument in zip(parameters, arguments, strict=True)
    }
    return Variants(
        name=names.constant_name(f"{query.query.name}_variants"),
        parameters=tuple([by_number[number] for number in sorted(by_number)]),
        parts=tuple(parts),
        nullable=tuple([argument.name for argument in arguments if argument.unset]),
        require_one_of=tuple(
            [
                tuple([by_number[n] for n in group])
                for group in query.query.require_one_of
            ]
        ),
    )


def together(query: Query, positions: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """Return the positions of the arguments, by those of their numbers, of parts that have several."""
    groups = [[positions[n] for n in part.parameters] for part in query.parts]
    return tuple([tuple(group) for group in groups if len(group) > 1])


def _check(query: TypedQuery) -> None:
    """Raise `SqlgenError` for what cannot be found in a statement, or run, with parts left out."""
    own = query.query
    label = Label(own.name_span)
    if own.command.spec.bulk:
        raise SqlgenError(
            Diagnostic(
                code="not-optional",
                message=f"`:{own.command}` runs one statement for all rows, of which nothing can be left out",
                label=label,
                hint="take out `-- sqlgen: optional`, or use another command",
            )
        )
    found = [match.start() for match in _PLACEHOLDER.finditer(own.sql.text)]
    stars = [column for star in query.stars for column in star.columns]
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
