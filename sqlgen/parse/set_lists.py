"""The optional assignments of a statement -> how each is cut out of its SET, and what is left then.

Optional arguments are cut out of their call in the same way.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from ..model.query import Part, Unchanged
from .parts import Found, Parts
from .statement_tokens import Range, StatementTokens


class _List:
    """The items of a list; `places` are their numbers, `optional` those that may be left out."""

    def __init__(self, items: Sequence[Range]) -> None:
        self.items = items
        self.places = {item: n for n, item in enumerate(items)}
        self.optional: set[Range] = set()

    @cached_property
    def first_kept(self) -> int | None:
        """Return the number of the first item that is always there, None if there is none."""
        kept = (n for n, item in enumerate(self.items) if item not in self.optional)
        return next(kept, None)


class SetLists:
    """The SETs of a statement, by the number of the word SET."""

    def __init__(self, statement: StatementTokens, parts: Parts) -> None:
        self._statement = statement
        self._parts = parts
        self._lists: dict[int, _List] = {}
        self._numbers: dict[int, int] = {}

    def add(self, found: Found) -> None:
        """Note an optional assignment, or an argument."""
        if found.clause is not None:
            known = self._lists.get(found.clause.word)
            if known is None:
                known = _List(self._parts.assignments(found.clause))
                self._lists[found.clause.word] = known
            known.optional.add(found.range)

    def part(self, found: Found, parameters: tuple[int, ...]) -> Part:
        """Return the part that an optional assignment is, or an argument; all have been added."""
        word = found.clause.word if found.clause else -1
        list_ = self._lists[word]
        items, at, kept = list_.items, list_.places[found.range], list_.first_kept
        start, end = found.range
        if kept is not None and at > kept:
            start = items[at - 1].end
        elif at + 1 < len(items):
            end = items[at + 1].start
        number = 0
        if kept is None:
            number = self._numbers.setdefault(word, len(self._numbers) + 1)
        return Part(*found.range, parameters, found.kind, start, end, set_list=number)

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
