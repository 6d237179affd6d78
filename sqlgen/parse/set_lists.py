"""The optional assignments of a statement -> how each is cut out of its SET, and what is left then.

Optional arguments are cut out of their call in the same way.
"""

from collections.abc import Mapping
from itertools import pairwise

from ..model.query import Part, PartKind, Unchanged
from .parts import Found, Parts
from .statement_tokens import Clause, Range, StatementTokens


class SetLists:
    """The SETs of a statement, by the number of the word SET."""

    def __init__(self, statement: StatementTokens, parts: Parts) -> None:
        self._statement = statement
        self._parts = parts
        self._clauses: dict[int, Clause] = {}
        self._optional: dict[int, list[Range]] = {}
        self._numbers: dict[int, int] = {}

    def add(self, found: Found) -> None:
        """Note an optional assignment."""
        if found.clause is not None:
            self._clauses[found.clause.word] = found.clause
            ranges = self._optional.setdefault(found.clause.word, [])
            if found.range not in ranges:
                ranges.append(found.range)

    def part(
        self, assignment: Range, parameters: tuple[int, ...], kind: PartKind
    ) -> Part:
        """Return the part that an optional assignment is, or an argument."""
        word, items, at = next(
            (word, items, items.index(assignment))
            for word, items in self._items().items()
            if assignment in items
        )
        optional = self._optional[word]
        kept = [n for n, item in enumerate(items) if item not in optional]
        start, end = assignment
        if kept and at > kept[0]:
            start = items[at - 1].end
        elif at + 1 < len(items):
            end = items[at + 1].start
        number = 0 if kept else self._numbers.setdefault(word, len(self._numbers) + 1)
        return Part(*assignment, parameters, kind, start, end, set_list=number)

    def unchanged(self, number: int, *, gives_rows: bool) -> Unchanged | None:
        """Return what is left of an UPDATE with nothing to set; *number* is the `Part.set_list` of its SET.

        None if the UPDATE is not the statement itself, or is no SELECT of the same rows: it has a FROM.
        """
        statement = self._statement
        level = [n for n, opener in enumerate(statement.opener) if opener < 0]
        words = {statement.words[n]: n for n in reversed(level) if statement.words[n]}
        update, set_ = words.get("update", -1), words.get("set", -1)
        if update < 0 or self._numbers.get(set_) != number or update + 1 >= set_:
            return None
        starts = [n for n in level if n > set_ and statement.is_clause(n)]
        ends = dict(pairwise([*starts, len(statement.tokens)]))
        clauses = {statement.words[n]: n for n in starts}
        if not clauses.keys() <= {"where", "returning"} and gives_rows:
            return None
        where, returning = clauses.get("where"), clauses.get("returning")
        return Unchanged(
            (0, statement.tokens[update].start),
            statement.characters(update + 1, set_),
            statement.characters(where, ends[where]) if where else None,
            (
                statement.characters(returning + 1, ends[returning])
                if returning and gives_rows and returning + 1 < ends[returning]
                else None
            ),
        )

    def _items(self) -> Mapping[int, list[Range]]:
        return {
            word: self._parts.assignments(clause)
            for word, clause in self._clauses.items()
        }
