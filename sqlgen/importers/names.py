"""Names of other languages -> names of queries, classes, parameters and query files."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from .. import parse

_PLURAL: Final = re.compile(r"([A-Z]{2,})s(?![a-z])")
_TAKEN_MODULES: Final = frozenset({"models", "errors", "functions", "protocols", "aio"})
"""Names of modules that sqlgen generates itself."""


def query_name(name: str, otherwise: str = "query") -> str:
    """Return the snake_case name of a query called *name*: `list_user_ids` for `ListUserIDs`."""
    plain = _PLURAL.sub(lambda match: match[1].capitalize() + "s", name)
    return parse.snake_case(plain) or otherwise


def class_name(name: str) -> str:
    """Return the PascalCase name that is nearest to *name*, or `""` if there is none."""
    return parse.pascal_case(name)


class UniqueNames:
    """Names that differ from each other; one that is taken gets a number."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def unused(self, name: str) -> str:
        """Return *name*, with a number at its end if it is taken, and take that."""
        free = name
        while free in self._taken:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            free = f"{name}_{self._numbers[name]}"
        self._taken.add(free)
        return free


class ParameterNames:
    """The names of one query's parameters: the same for the same name, another for any other."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._unique = UniqueNames()

    def of(self, name: str, *, within: str = "") -> str:
        """Return the parameter's name in sqlgen; *within* is the object that it is a field of."""
        if (within, name) not in self._names:
            plain = _PLURAL.sub(lambda match: match[1].capitalize() + "s", name)
            guess = parse.parameter_name(plain, "value")
            self._names[within, name] = self._unique.unused(guess)
        return self._names[within, name]


def file_path(path: str) -> str:
    """Return the path of a query file, whose module sqlgen can generate, for one called *path*.

    Only its names count: `..` and the like are left out.
    """
    parts = [part for part in PurePosixPath(path).parts if part.strip("./")]
    *folders, name = parts or ["queries.sql"]
    stem = name.split(".sql")[0].rpartition("/")[2]
    words = [query_name(part, "queries") for part in (*folders, stem)]
    if words[0] in _TAKEN_MODULES:
        words[0] = f"{words[0]}_queries"
    return "/".join(words) + ".sql"
