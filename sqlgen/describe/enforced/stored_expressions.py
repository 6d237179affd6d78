"""A stored expression -> the columns in it."""

import re
from collections.abc import Iterable, Mapping

_VARIABLE = re.compile(r":varattno (-?\d+)")


def columns_in(
    names: Iterable[str], trees: Iterable[str], numbers: Mapping[int, str]
) -> tuple[str, ...] | None:
    """Return the *names* and those of the columns in *trees*; None where a whole row is in them."""
    columns = dict.fromkeys(names)
    for tree in trees:
        for number in map(int, _VARIABLE.findall(tree)):
            if number not in numbers:
                return None
            columns[numbers[number]] = None
    return tuple(columns)
