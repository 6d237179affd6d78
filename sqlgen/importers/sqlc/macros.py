"""A statement with sqlc's parameters and macros -> the same in sqlgen's words.

sqlc reads `@name`, `sqlc.arg(name)`, `sqlc.narg(name)`, `sqlc.slice(name)` and `sqlc.embed(table)`
(https://docs.sqlc.dev/en/latest/reference/macros.html); `$1` means the same in both.
"""

from collections.abc import Collection, Iterator
from typing import Final

from ... import parse
from ...model.diagnostic import Diagnostic
from ...model.identifiers import quoted, unquoted
from ...model.source import Span
from ...parse.lexer import Kind, Token
from ..names import ParameterNames, UniqueNames
from ..remarks import not_imported
from ..sections import FileSection
from ..sql_text import Edit, code_tokens, edited, is_word
from ..whole_rows import table_class
from .embedded_tables import chosen_names, tables_by_alias

_AT: Final = frozenset({"@", "=@"})
"""The operators that end in sqlc's `@`; PostgreSQL itself has `<@` and `@@`."""
_MACROS: Final = frozenset({"arg", "narg", "slice", "embed"})


def translated(
    section: FileSection, taken: Collection[str] = ()
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the section's statement in sqlgen's words, and what in it has no translation.

    *taken* are the names of classes that tables cannot have.
    """
    statement = _MacroStatement(section, taken)
    return edited(statement.text, statement.edits()), tuple(statement.problems)


class _MacroStatement:
    def __init__(self, section: FileSection, taken: Collection[str]) -> None:
        self.text = section.statement
        self.problems: list[Diagnostic] = []
        self._section = section
        self._code = code_tokens(self.text)
        self._names = ParameterNames()
        self._marked: set[str] = set()
        self._taken = taken
        self._fields = UniqueNames(chosen_names(self.text))

    def edits(self) -> list[Edit]:
        """Return what is to be replaced.

        sqlc lets numbers and names stand side by side: then numbers get names, of what they are compared with.
        """
        places = range(len(self._code))
        edits = [edit for n in places if (edit := self._at(n) or self._macro(n))]
        if any(":" in edit.text for edit in edits):
            edits += self._numbers()
        return edits

    def _numbers(self) -> Iterator[Edit]:
        chosen: dict[str, str] = {}
        for n, token in enumerate(self._code):
            if token.kind is Kind.POSITIONAL:
                number = self._word(n)
                if number not in chosen:
                    guess = self._compared(n) or f"arg{number[1:]}"
                    chosen[number] = self._names.of(guess, within=number)
                yield Edit(token.start, token.end, f":{chosen[number]}")

    def _compared(self, n: int) -> str:
        """Return the column that the parameter at token *n* is compared with, or `limit` and `offset`."""
        before = self._word(n - 1).lower()
        if before in ("limit", "offset"):
            return before
        is_operator = n > 1 and self._code[n - 1].kind is Kind.OPERATOR
        if is_operator or before in ("like", "ilike"):
            column = self._code[n - 2]
            if column.kind in (Kind.WORD, Kind.QUOTED):
                return unquoted(self._word(n - 2))
        return ""

    def _word(self, n: int) -> str:
        return (
            self.text[self._code[n].start : self._code[n].end]
            if 0 <= n < len(self._code)
            else ""
        )

    def _at(self, n: int) -> Edit | None:
        sign, name = self._code[n], self._code[n + 1 : n + 2]
        if sign.kind is not Kind.OPERATOR or self._word(n) not in _AT or not name:
            return None
        is_name = name[0].kind in (Kind.WORD, Kind.QUOTED)
        if not is_name or name[0].start != sign.end or self._word(n + 2) in (".", "("):
            return None
        parameter = self._names.of(unquoted(self._word(n + 1)))
        return Edit(sign.end - 1, name[0].end, f":{parameter}")

    def _macro(self, n: int) -> Edit | None:
        if not is_word(self.text, self._code[n], "sqlc") or self._word(n + 1) != ".":
            return None
        macro = self._word(n + 2).lower()
        argument = self._word(n + 4)
        is_call = self._word(n + 3) == "(" and self._word(n + 5) == ")"
        if macro not in _MACROS or not is_call or not _is_name(self._code[n + 4]):
            end = self._code[min(n + 2, len(self._code) - 1)].end
            self._refuse(
                n, end, f"`{self._word(n)}.{macro}` is not known, as it stands"
            )
            return None
        start, end = self._code[n].start, self._code[n + 5].end
        if macro == "embed":
            return Edit(start, end, self._embedded(argument))
        name = self._names.of(argument.strip("'\"") if argument else argument)
        if macro == "slice":
            return self._slice(n, name)
        mark = ""
        if macro == "narg" and name not in self._marked:
            self._marked.add(name)
            mark = "?"
        return Edit(start, end, f":{name}{mark}")

    def _embedded(self, argument: str) -> str:
        """Return the row of a table with the name that sqlc gives its field: that of the table's struct."""
        alias = _unquoted(argument)
        table = tables_by_alias(self.text).get(alias, alias)
        field = parse.snake_case(table_class(table, self._taken) or table)
        name = self._fields.unused(field)
        return quoted(alias) if name == alias else f"{quoted(alias)} AS {quoted(name)}"

    def _slice(self, n: int, name: str) -> Edit:
        """Return `= ANY(:name)` for `IN (sqlc.slice(name))`."""
        start, end = self._code[n].start, self._code[n + 5].end
        before = [self._word(n - k).lower() for k in (3, 2, 1)]
        if before[1:] != ["in", "("] or self._word(n + 6) != ")":
            return Edit(start, end, f":{name}")
        is_not = before[0] == "not"
        first = self._code[n - 3 if is_not else n - 2].start
        operator = "<> ALL" if is_not else "= ANY"
        return Edit(first, self._code[n + 6].end, f"{operator}(:{name})")

    def _refuse(self, n: int, end: int, message: str) -> None:
        offset = self._section.start
        place = Span(
            self._section.header.source, offset + self._code[n].start, offset + end
        )
        hint = "write it as `sqlgen help queries` says"
        self.problems.append(not_imported(message, place, hint))


def _is_name(token: Token) -> bool:
    return token.kind in (Kind.WORD, Kind.QUOTED, Kind.STRING)


def _unquoted(argument: str) -> str:
    """Return the name that the argument of a macro is; it may be a string, and a keyword such as `user`."""
    return unquoted(argument if argument.startswith('"') else argument.lower()).strip(
        "'"
    )
