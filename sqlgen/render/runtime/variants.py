"""Statements with conditions that a call may leave out."""

import re
from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any, Final, LiteralString


class Unset(Enum):
    """The type of `UNSET`, which stands for an argument that is not given where None is a value."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET

_PLACEHOLDER: Final = re.compile(r'(?<![\w$"])\$(\d+)')


class Variants:
    """A statement, and what it is without some of its conditions.

    *parameters* are the names of `$1`, `$2`, … Each text in *optional* is a condition within the statement;
    where its arguments are not given, `(true)` stands in its place. An argument is not given if it is None or,
    for a *nullable* parameter, UNSET. Of each group in *require_one_of*, at least one must be given.
    """

    def __init__(
        self,
        statement: LiteralString,
        parameters: Sequence[str],
        *,
        optional: Sequence[str],
        nullable: Collection[str] = (),
        require_one_of: Sequence[Collection[str]] = (),
    ) -> None:
        self._statement: LiteralString = statement
        self._parameters = parameters
        self._require_one_of = require_one_of
        self._parts = [
            (text, sorted({int(n) - 1 for n in _PLACEHOLDER.findall(text)}))
            for text in optional
        ]
        self._absent = [
            (n, UNSET if parameters[n] in nullable else None)
            for _, numbers in self._parts
            for n in numbers
        ]
        self._known: dict[tuple[int, ...], tuple[LiteralString, list[int]]] = {}

    def given(self, *values: Any) -> tuple[LiteralString, tuple[Any, ...]]:
        """Return the statement without the conditions whose values are not given, and the others' values.

        Raises `TypeError` if only some of the values of a condition are given, and `ValueError` if none of
        those is given of which one must be.
        """
        missing = [n for n, absent in self._absent if values[n] is absent]
        if not missing:
            return self._statement, values
        key = tuple(missing)
        variant = self._known.get(key)
        if variant is None:
            variant = self._known[key] = self._variant(key)
        statement, numbers = variant
        return statement, tuple([values[n] for n in numbers])

    def _variant(self, missing: Sequence[int]) -> tuple[LiteralString, list[int]]:
        """Return the statement in which placeholders count from `$1`, and the numbers of their values."""
        absent = frozenset(missing)
        absent_names = {self._parameters[n] for n in absent}
        for group in self._require_one_of:
            if absent_names.issuperset(group):
                raise ValueError(f"give at least one of {', '.join(group)}")
        statement: str = self._statement
        for text, numbers in self._parts:
            if absent.isdisjoint(numbers):
                continue
            if not absent.issuperset(numbers):
                names = [self._parameters[n] for n in numbers]
                raise TypeError(f"give all or none of {', '.join(names)}")
            # `$1` must not be found in `$12`, nor in a name.
            start = r'(?<![\w$"])' if text.startswith("$") else ""
            condition = rf"{start}{re.escape(text)}(?!\d)"
            statement = re.sub(condition, "(true)", statement, count=1)
        present = [n for n in range(len(self._parameters)) if n not in absent]
        places = {n + 1: f"${place}" for place, n in enumerate(present, 1)}
        # It is made of constants alone, which type checkers cannot know.
        renumbered: Any = _PLACEHOLDER.sub(
            lambda match: places[int(match[1])], statement
        )
        return renumbered, present
