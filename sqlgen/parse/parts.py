"""A place in a statement -> the part around it that a call may leave out.

PostgreSQL's grammar is not known here. A part that is cut wrongly does no harm: `infer/variants` proves
from the analysed trees that nothing else changes without the part.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..model.query import PartKind
from .lexer import Kind
from .statement_tokens import Clause, Range, StatementTokens

_CONDITIONS: Final = frozenset({"where", "having", "on"})
"""The words that a condition follows."""

_QUERIES: Final = frozenset({"select", "with", "values", "table"})
"""The words that a query begins with."""


class Found(NamedTuple):
    """A part: its kind and its characters; for an assignment or argument also the list that it stands in."""

    kind: PartKind
    range: Range
    clause: Clause | None = None


class Parts:
    """The conditions, assignments and values of a statement."""

    def __init__(self, statement: StatementTokens) -> None:
        self._statement = statement
        self._ands: defaultdict[int, list[int]] = defaultdict(list)
        self._ors: defaultdict[int, list[int]] = defaultdict(list)
        for n in self._conjunctions():
            self._ands[statement.opener[n]].append(n)
        for n, opener in enumerate(statement.opener):
            if statement.words[n] == "or":
                self._ors[opener].append(n)

    def optional_around(self, place: int) -> Found | None:
        """Return the condition or assignment around the token at *place*; None if there is none.

        A condition is the smallest part of an AND of the innermost WHERE, HAVING or ON. One with an OR has
        one part.
        """
        at = self._statement.at(place)
        for clause in self._statement.clauses_around(place):
            if self._begins_condition(clause.word):
                part = self._part(clause.start, clause.end, clause.opener, at)
                return Found(PartKind.CONDITION, self._statement.characters(*part))
            if self._statement.words[clause.word] == "set":
                item = self._statement.item_at(place, *clause[1:])
                if item:
                    return Found(PartKind.ASSIGNMENT, item, clause)
        return self._argument_around(place)

    def _argument_around(self, place: int) -> Found | None:
        """Return the argument `name => …` of a call around the token at *place*; None if there is none."""
        statement = self._statement
        opener = statement.opener[statement.at(place)]
        while opener >= 0:
            end = statement.closer.get(opener, len(statement.tokens))
            list_ = Clause(opener, opener + 1, end, opener)
            item = statement.item_at(place, *list_[1:])
            if item and statement.is_named(item):
                return Found(PartKind.ARGUMENT, item, list_)
            opener = statement.opener[opener]
        return None

    def value_around(self, place: int) -> Found | None:
        """Return the item of VALUES around the token at *place*; None if there is none."""
        statement = self._statement
        opener = statement.opener[statement.at(place)]
        while opener >= 0:
            if self._is_row_of_values(opener):
                end = statement.closer.get(opener, len(statement.tokens))
                if item := statement.item_at(place, opener + 1, end, opener):
                    return Found(PartKind.DEFAULT, item)
            opener = statement.opener[opener]
        return None

    def assignments(self, clause: Clause) -> list[Range]:
        """Return the assignments of a SET, or the arguments of a call, in order."""
        return self._statement.items(clause.start, clause.end, clause.opener)

    def is_in_case(self, place: int, part: Range) -> bool:
        """Return whether the token at *place* stands in a CASE within the *part*."""
        statement = self._statement
        opener = statement.opener[statement.at(place)]
        while opener >= 0 and statement.tokens[opener].start >= part.start:
            if statement.words[opener] == "case":
                return True
            opener = statement.opener[opener]
        return False

    def _conjunctions(self) -> Iterator[int]:
        """Yield the numbers of each AND that is not that of a BETWEEN."""
        statement = self._statement
        betweens: dict[int, int] = {}
        for n, opener in enumerate(statement.opener):
            word = statement.words[n]
            if word == "between":
                betweens[opener] = betweens.get(opener, 0) + 1
            elif word == "and":
                if betweens.get(opener):
                    betweens[opener] -= 1
                else:
                    yield n

    def _is_row_of_values(self, opener: int) -> bool:
        """Return whether a bracket is a row of VALUES: that after the word, or after such a row."""
        statement = self._statement
        while statement.words[opener - 1] == "," and opener > 1:
            opener = statement.opened_by.get(opener - 2, 0)
        return opener > 0 and statement.words[opener - 1] == "values"

    def _begins_condition(self, n: int) -> bool:
        """Return whether a condition follows the word, which begins a clause."""
        words = self._statement.words
        if words[n] == "on":  # ON CONFLICT, DISTINCT ON
            return words[n + 1] != "conflict" and words[n - 1] != "distinct"
        return words[n] in _CONDITIONS

    def _part(self, start: int, end: int, opener: int, at: int) -> tuple[int, int]:
        """Return the smallest part around token *at* of a condition that stands in *opener*."""
        words, tokens = self._statement.words, self._statement.tokens
        ors, ands = self._ors.get(opener, []), self._ands.get(opener, [])
        if bisect_left(ors, start) == bisect_left(ors, end):
            after = bisect_left(ands, at)
            if after and ands[after - 1] >= start:
                start = ands[after - 1] + 1
            if after < len(ands) and ands[after] < end:
                end = ands[after]
        is_group = (
            tokens[start].kind is Kind.OPEN
            and self._statement.closer.get(start) == end - 1
            and words[start + 1] not in _QUERIES
        )
        if is_group:
            inside = range(start + 1, end - 1)
            within = [n for n in inside if self._statement.opener[n] == start]
            if not {words[n] for n in within} & {"or", ","}:
                inner = self._part(start + 1, end - 1, start, at)
                if inner != (start + 1, end - 1):  # else it keeps its parentheses
                    return inner
        return start, end
