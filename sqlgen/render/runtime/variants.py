"""Statements of which a call may leave out parts, and choose the order of the rows."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from enum import Enum
from operator import is_, itemgetter
from typing import Any, Final, LiteralString, TypeAlias


class Unset(Enum):
    """The type of `UNSET`, which stands for an argument that is not given where None is a value."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET

_MOST_ORDERS: Final = 1000
"""The orders of a statement that are remembered, since sequences of keys may be many."""

_NEVER: Final = object()
"""The value that no argument is, for those that are always given."""

_Choose: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]

_PLACEHOLDER: Final = re.compile(r'(?<![\w$"])\$(\d+)')


class Variants:
    """A statement, what it is without some of its parts, and by each of its orders.

    *parameters* are the names of `$1`, `$2`, … Each text in *optional* is a condition within the statement;
    where its arguments are not given, `(true)` stands in its place. In that of a text in *defaults*, DEFAULT
    does. *assignments* are left out, each with a comma at its side, and so are those in *sets*: all
    assignments of a SET, each but the last with its comma. With none of these, *unchanged* is run.
    An argument is not given if it is None or, for one named in *unset*, UNSET. Of each group in
    *require_one_of*, at least one must be given.

    The items of *order* are what may stand in ORDER BY, where the statement has the text *place*. A call
    chooses one by its key, or a sequence of up to *at_most*.
    """

    def __init__(
        self,
        statement: LiteralString,
        parameters: Sequence[str] = (),
        *,
        optional: Sequence[str] = (),
        defaults: Sequence[str] = (),
        assignments: Sequence[str] = (),
        sets: Sequence[Sequence[str]] = (),
        unset: Collection[str] = (),
        require_one_of: Sequence[Collection[str]] = (),
        unchanged: LiteralString = "",
        place: LiteralString = "",
        order: Mapping[str, LiteralString] | None = None,
        at_most: int = 1,
    ) -> None:
        self._statement: LiteralString = statement
        self._parameters = parameters
        self._require_one_of = require_one_of
        self._unchanged: LiteralString = unchanged
        self._parts = [
            *[(text, "(true)") for text in optional],
            *[(text, "DEFAULT") for text in defaults],
            *[(text, "") for text in assignments],
        ]
        self._sets = sets
        texts = [text for text, _ in self._parts]
        texts += [text for items in sets for text in items]
        self._numbers = {
            text: sorted({int(n) - 1 for n in _PLACEHOLDER.findall(text)})
            for text in texts
        }
        optional_numbers = {n for numbers in self._numbers.values() for n in numbers}
        self._absent = [
            (UNSET if name in unset else None) if n in optional_numbers else _NEVER
            for n, name in enumerate(parameters)
        ]
        self._known: dict[tuple[bool, ...], tuple[LiteralString, _Choose]] = {}
        self._place: LiteralString = place
        self._order: Mapping[str, LiteralString] = order or {}
        self._at_most = at_most
        self._sorted: dict[str | tuple[str, ...], Variants] = {}

    def sorted_by(self, key: str) -> "Variants":
        """Return the statement that sorts by the *key*. Raises `ValueError` for one that is none of the order's."""
        return self._sorted.get(key) or self._sorted_by(key, (key,))

    def sorted_by_each(self, keys: Sequence[str]) -> "Variants":
        """Return the statement that sorts by the first of the *keys*, then by the next one, and so on.

        Raises `ValueError` for a key that is none of the order's or is there twice, for none and for too many.
        """
        if isinstance(keys, str):
            raise TypeError(f"give a sequence of keys, not the text {keys!r}")
        chosen = tuple(keys)
        return self._sorted.get(chosen) or self._sorted_by(chosen, chosen)

    def _sorted_by(
        self, choice: str | tuple[str, ...], keys: tuple[str, ...]
    ) -> "Variants":
        unknown = [key for key in keys if key not in self._order]
        if unknown:
            known = ", ".join(map(repr, self._order))
            raise ValueError(f"cannot sort by {unknown[0]!r}, only by {known}")
        if not 0 < len(keys) <= self._at_most:
            raise ValueError(f"give 1 to {self._at_most} keys to sort by")
        if len({key.removeprefix("-") for key in keys}) < len(keys):
            raise ValueError("a key to sort by is there twice")
        if len(self._sorted) >= _MOST_ORDERS:
            self._sorted.clear()
        separator: LiteralString = ", "
        items = separator.join([self._order[key] for key in keys])
        statement = self._statement.replace(self._place, items, 1)
        variants = self._sorted[choice] = copy(self)
        vars(variants).update(_statement=statement, _known={})
        return variants

    def given(self, *values: Any) -> tuple[LiteralString, tuple[Any, ...]]:
        """Return the statement without the parts whose values are not given, and the others' values.

        Raises `TypeError` if only some of the values of a part are given, and `ValueError` if none of
        those is given of which one must be.
        """
        if not self._numbers:
            return self._statement, values
        missing = tuple(map(is_, values, self._absent))
        try:
            statement, choose = self._known[missing]
        except KeyError:
            statement, choose = self._known[missing] = self._variant(missing)
        return statement, choose(values)

    def _variant(self, missing: Sequence[bool]) -> tuple[LiteralString, "_Choose"]:
        """Return the statement in which placeholders count from `$1`, and what chooses its values."""
        absent = {n for n, is_missing in enumerate(missing) if is_missing}
        if not absent:
            return self._statement, tuple
        absent_names = {self._parameters[n] for n in absent}
        for group in self._require_one_of:
            if absent_names.issuperset(group):
                raise ValueError(f"give at least one of {', '.join(group)}")
        left_out = {text for text in self._numbers if self._is_left_out(text, absent)}
        statement: str = self._statement
        if any(left_out.issuperset(items) for items in self._sets):
            statement = self._unchanged
        for old, new in self._changes(left_out):
            statement = _replaced(statement, old, new)
        present = [n for n in range(len(self._parameters)) if n not in absent]
        places = {n + 1: f"${place}" for place, n in enumerate(present, 1)}
        # It is made of constants alone, which type checkers cannot know.
        renumbered: Any = _PLACEHOLDER.sub(
            lambda match: places[int(match[1])], statement
        )
        if len(present) > 1:
            return renumbered, itemgetter(*present)
        first = present[0] if present else 0
        return renumbered, itemgetter(slice(first, first + len(present)))

    def _is_left_out(self, text: str, absent: Collection[int]) -> bool:
        """Return whether no value of a part is given; raise `TypeError` if only some are."""
        numbers = self._numbers[text]
        given = [n for n in numbers if n not in absent]
        if given and len(given) < len(numbers):
            names = [self._parameters[n] for n in numbers]
            raise TypeError(f"give all or none of {', '.join(names)}")
        return not given

    def _changes(self, left_out: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield what stands in the statement, and what stands there without these parts."""
        for text, new in self._parts:
            if text in left_out:
                yield text, new
        for items in self._sets:
            kept = [text for text in items if text not in left_out]
            if kept and kept != [*items]:
                # The last one has no comma.
                last = kept[-1].rstrip().removesuffix(",").rstrip()
                yield "".join(items), "".join([*kept[:-1], last])


def _replaced(statement: str, old: str, new: str) -> str:
    """Return the statement with another text in the place of one of its parts."""
    # `$1` must not be found in `$12`, nor in a name.
    start = r'(?<![\w$"])' if old.startswith("$") else ""
    pattern = rf"{start}{re.escape(old)}(?!\d)"
    return re.sub(pattern, lambda _: new, statement, count=1)
