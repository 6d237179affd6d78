"""The bodies of functions that take many rows of parameters."""

from collections.abc import Sequence

from ..model.frozen import frozen
from ..model.python import Function
from . import literals
from .blocks import BODY, INDENT
from .expressions import converted_code
from .imports import Imports
from .layout import Code, Each, Group, lines, parameters
from .words import Words

_DEEPER = BODY + INDENT


@frozen
class Bulk:
    """Prints what a function does once it has a `cursor` and its `rows`."""

    item: Function
    imports: Imports
    words: Words

    def repeated(self) -> list[str]:
        """The statement run for each row, all in one round trip, and the rows counted."""
        return [*self._executed([]), f"{BODY}return cursor.rowcount"]

    def gathered(self, row: str) -> list[str]:
        """The same, but the rows of all results are returned; no parameters, no result."""
        return [
            *self._executed(["returning=True"]),
            f"{BODY}found: list[{row}] = []",
            f"{BODY}more = bool(cursor.pgresult)",
            f"{BODY}while more:",
            f"{_DEEPER}found += {self.words.wait}cursor.fetchall()",
            f"{_DEEPER}more = bool(cursor.nextset())",
            f"{BODY}return found",
        ]

    def copied(self, types: Sequence[str]) -> list[str]:
        """The rows copied, in binary where the types are known."""
        sql = self.imports.name(self.item.sql)
        known = Group("[", [literals.string(name) for name in types], "]")
        told = lines(Group("copy.set_types(", [known], ")"), _DEEPER)
        write = Group(f"{self.words.wait}copy.write_row(", [self._values()], ")")
        return [
            f"{BODY}{self.words.enter} cursor.copy({sql}) as copy:",
            *(told if types else []),
            f"{_DEEPER}for row in rows:",
            *lines(write, _DEEPER + INDENT),
            f"{BODY}return cursor.rowcount",
        ]

    def _executed(self, options: Sequence[str]) -> list[str]:
        sql = self.imports.name(self.item.sql)
        items: list[Code] = [sql, Each(self._values(), "for row in rows"), *options]
        return lines(Group(f"{self.words.wait}cursor.executemany(", items, ")"), BODY)

    def _values(self) -> Group:
        """The values of a row of parameters, in the statement's order."""
        arguments = self.item.arguments
        lone = len(arguments) == 1
        return parameters(
            [
                converted_code(
                    arguments[n].write,
                    "row" if lone else f"row.{arguments[n].name}",
                    self.imports,
                )
                for n in self.item.values
            ]
        )
