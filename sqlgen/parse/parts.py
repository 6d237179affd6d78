"""A statement's text, a place in it -> the smallest condition around it that may become `true`.

PostgreSQL's grammar is not known here. A part that is cut wrongly does no harm: `infer/variants` proves
from the analysed trees that nothing else changes where the part becomes `true`.
"""

from bisect import bisect
from collections.abc import Iterator
from typing import Final, NamedTuple

from .lexer import TRIVIA, Kind, tokens

_CONDITIONS: Final = frozenset({"where", "having", "on"})
"""The words that a condition follows."""

_CLAUSES: Final = _CONDITIONS | {
    *("select", "from", "using", "join", "group", "window", "order", "limit", "offset"),
    *("fetch", "for", "union", "intersect", "except", "returning", "set", "values"),
    *("when", "then", "do"),
}
"""The words that begin a clause, and end the one before it."""

_JOINS: Final = frozenset({"left", "right", "full", "inner", "cross", "natural"})
"""The words before JOIN, some of which are functions elsewhere."""

_QUERIES: Final = frozenset({"select", "with", "values", "table"})
"""The words that a query begins with."""


class Range(NamedTuple):
    """The characters `text[start:end]`."""

    start: int
    end: int


class Conditions:
    """The conditions of a statement's *text*."""

    def __init__(self, text: str) -> None:
        self._tokens = [t for t in tokens(text) if t.kind not in TRIVIA]
        self._starts = [token.start for token in self._tokens]
        words = [self._keyword(text, n) for n in range(len(self._tokens))]
        self._words = [*words, ""]
        self._opener: list[int] = []
        """For each token, the number of the bracket or CASE that it stands in, or -1."""
        self._closer: dict[int, int] = {}
        stack = [-1]
        for n, token in enumerate(self._tokens):
            closes = token.kind is Kind.CLOSE or words[n] == "end"
            if closes and len(stack) > 1:
                self._closer[stack.pop()] = n
            self._opener.append(stack[-1])
            if token.kind is Kind.OPEN or words[n] == "case":
                stack.append(n)
        self._ands = frozenset(self._conjunctions())

    def part_around(self, place: int) -> Range | None:
        """Return the smallest part of an AND around the token at *place*; None if there is none.

        That is of the innermost WHERE, HAVING or ON around it. A condition with an OR has one part.
        """
        inside = at = bisect(self._starts, place) - 1
        while True:
            opener = self._opener[inside]
            condition = self._condition(opener, inside)
            if condition is not None:
                return self._characters(self._part(*condition, opener, at))
            if opener < 0:
                return None
            inside = opener

    def is_in_case(self, place: int, part: Range) -> bool:
        """Return whether the token at *place* stands in a CASE within the *part*."""
        opener = self._opener[bisect(self._starts, place) - 1]
        while opener >= 0 and self._starts[opener] >= part.start:
            if self._words[opener] == "case":
                return True
            opener = self._opener[opener]
        return False

    def _keyword(self, text: str, n: int) -> str:
        """Return the word of a token in lower case; empty if it is no keyword, as `t.end`."""
        token = self._tokens[n]
        after_dot = n > 0 and text[self._tokens[n - 1].start] == "."
        if token.kind is not Kind.WORD or after_dot:
            return text[token.start] if token.kind is Kind.SYMBOL else ""
        return text[token.start : token.end].lower()

    def _conjunctions(self) -> Iterator[int]:
        """Yield the numbers of each AND that is not that of a BETWEEN."""
        betweens: dict[int, int] = {}
        for n, (word, opener) in enumerate(
            zip(self._words, self._opener, strict=False)
        ):
            if word == "between":
                betweens[opener] = betweens.get(opener, 0) + 1
            elif word == "and":
                if betweens.get(opener):
                    betweens[opener] -= 1
                else:
                    yield n

    def _condition(self, opener: int, inside: int) -> tuple[int, int] | None:
        """Return the tokens of the condition around *inside* that stands in *opener* itself."""
        for n in range(inside - 1, opener, -1):
            if self._opener[n] == opener and self._is_clause(n):
                if not self._begins_condition(n):
                    return None
                end = self._end(n + 1, opener, is_join=self._words[n] == "on")
                return (n + 1, end) if inside < end else None
        return None

    def _end(self, start: int, opener: int, *, is_join: bool) -> int:
        """Return where the condition from token *start* on ends."""
        last = self._closer.get(opener, len(self._tokens))
        for n in range(start, last):
            if self._opener[n] == opener and (
                self._is_clause(n) or (is_join and self._words[n] == ",")
            ):
                return n
        return last

    def _is_clause(self, n: int) -> bool:
        """Return whether token *n* begins a clause, or a join."""
        word = self._words[n]
        before = self._words[n - 1] if n else ""
        after = self._words[n + 1]
        if word in _JOINS:
            return after in _JOINS or after in ("join", "outer")
        if word not in _CLAUSES:
            return False
        match word:
            case "from":
                return before != "distinct"  # `IS DISTINCT FROM`
            case "set" | "values" | "do":  # may be the names of columns as well
                kinds = [token.kind for token in self._tokens[n + 1 : n + 2]]
                return kinds in ([Kind.WORD], [Kind.QUOTED], [Kind.OPEN])
            case _:
                return True

    def _begins_condition(self, n: int) -> bool:
        """Return whether a condition follows the word, which begins a clause."""
        if self._words[n] == "on":  # ON CONFLICT, DISTINCT ON
            return self._words[n + 1] != "conflict" and self._words[n - 1] != "distinct"
        return self._words[n] in _CONDITIONS

    def _part(self, start: int, end: int, opener: int, at: int) -> tuple[int, int]:
        """Return the smallest part around token *at* of a condition that stands in *opener*."""
        level = [n for n in range(start, end) if self._opener[n] == opener]
        if not any(self._words[n] == "or" for n in level):
            for n in level:
                if n in self._ands and n < at:
                    start = n + 1
                elif n in self._ands:
                    end = n
                    break
        is_group = (
            self._tokens[start].kind is Kind.OPEN
            and self._closer.get(start) == end - 1
            and self._words[start + 1] not in _QUERIES
        )
        if is_group:
            within = [n for n in range(start + 1, end - 1) if self._opener[n] == start]
            if not {self._words[n] for n in within} & {"or", ","}:
                inner = self._part(start + 1, end - 1, start, at)
                if inner != (start + 1, end - 1):  # else it keeps its parentheses
                    return inner
        return start, end

    def _characters(self, part: tuple[int, int]) -> Range:
        first, last = self._tokens[part[0]], self._tokens[part[1] - 1]
        return Range(first.start, last.end)
