"""A statement's text -> its tokens, with the brackets and clauses that they stand in.

PostgreSQL's grammar is not known here: only which words begin a clause, and which tokens pair up.
"""

from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from .lexer import TRIVIA, Kind, tokens

_CLAUSES: Final = frozenset(
    {
        *("select", "from", "using", "join", "group", "window", "order", "limit"),
        *("offset", "fetch", "for", "union", "intersect", "except", "returning"),
        *("set", "values", "when", "then", "do", "where", "having", "on"),
    }
)
"""The words that begin a clause, and end the one before it."""

_JOINS: Final = frozenset({"left", "right", "full", "inner", "cross", "natural"})
"""The words before JOIN, some of which are functions elsewhere."""


class Range(NamedTuple):
    """The characters `text[start:end]`."""

    start: int
    end: int


class Clause(NamedTuple):
    """The tokens `[start:end]` of a clause, after its first word, directly in the bracket *opener*."""

    word: int
    start: int
    end: int
    opener: int


class StatementTokens:
    """The tokens of a statement's *text*, comments and white space left out.

    `words` are keywords in lower case, and symbols; `opener` is the number of the bracket or CASE that a
    token stands in, or -1; `closer` is the number of the token that closes one, `opened_by` the reverse.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens = [t for t in tokens(text) if t.kind not in TRIVIA]
        self._starts = [token.start for token in self.tokens]
        words = [self._keyword(text, n) for n in range(len(self.tokens))]
        self.words = [*words, ""]
        self.opener: list[int] = []
        self.closer: dict[int, int] = {}
        stack = [-1]
        for n, token in enumerate(self.tokens):
            closes = token.kind is Kind.CLOSE or words[n] == "end"
            if closes and len(stack) > 1:
                self.closer[stack.pop()] = n
            self.opener.append(stack[-1])
            if token.kind is Kind.OPEN or words[n] == "case":
                stack.append(n)
        self.opened_by = {closer: opener for opener, closer in self.closer.items()}
        self._clauses: defaultdict[int, list[int]] = defaultdict(list)
        self._commas: defaultdict[int, list[int]] = defaultdict(list)
        self._items: dict[tuple[int, int, int], list[Range]] = {}
        for n, opener in enumerate(self.opener):
            if self.is_clause(n):
                self._clauses[opener].append(n)
            elif words[n] == ",":
                self._commas[opener].append(n)

    def at(self, place: int) -> int:
        """Return the number of the token at *place*."""
        return bisect(self._starts, place) - 1

    def clauses_around(self, place: int) -> Iterator[Clause]:
        """Yield the clauses that the token at *place* stands in, the innermost first."""
        inside = self.at(place)
        while True:
            opener = self.opener[inside]
            begun = self._clauses.get(opener, [])
            before = bisect_left(begun, inside)
            if before:
                n = begun[before - 1]
                end = self._end(n + 1, opener, is_join=self.words[n] == "on")
                if inside < end:
                    yield Clause(n, n + 1, end, opener)
            if opener < 0:
                return
            inside = opener

    def is_clause(self, n: int) -> bool:
        """Return whether token *n* begins a clause, or a join."""
        word = self.words[n]
        before = self.words[n - 1] if n else ""
        after = self.words[n + 1]
        if word in _JOINS:
            return after in _JOINS or after in ("join", "outer")
        if word not in _CLAUSES:
            return False
        match word:
            case "from":
                return before != "distinct"  # `IS DISTINCT FROM`
            case "set" | "values" | "do":  # may be the names of columns as well
                kinds = [token.kind for token in self.tokens[n + 1 : n + 2]]
                return kinds in ([Kind.WORD], [Kind.QUOTED], [Kind.OPEN])
            case _:
                return True

    def items(self, start: int, end: int, opener: int) -> list[Range]:
        """Return the items between the commas of a list, directly in *opener*, as characters."""
        key = start, end, opener
        if key not in self._items:
            commas = self._commas.get(opener, [])
            within = commas[bisect_left(commas, start) : bisect_left(commas, end)]
            self._items[key] = [
                self.characters(first + 1, last)
                for first, last in pairwise([start - 1, *within, end])
                if first + 1 < last
            ]
        return self._items[key]

    def item_at(self, place: int, start: int, end: int, opener: int) -> Range | None:
        """Return the item of a list that has the character at *place*; None if none has."""
        items = self.items(start, end, opener)
        before = bisect(items, place, key=lambda item: item.start)
        return items[before - 1] if before and place < items[before - 1].end else None

    def is_named(self, argument: Range) -> bool:
        """Return whether an argument of a call is given by its name, `name => …`."""
        first = self.at(argument.start)
        if self.words[first] == "variadic":
            first += 1
        after = self.tokens[first].end
        return self._text[after : argument.end].lstrip().startswith("=>")

    def characters(self, start: int, end: int) -> Range:
        """Return the characters of the tokens `[start:end]`, of which there is at least one."""
        return Range(self.tokens[start].start, self.tokens[end - 1].end)

    def _keyword(self, text: str, n: int) -> str:
        """Return the word of a token in lower case; empty if it is no keyword, as `t.end`."""
        token = self.tokens[n]
        after_dot = n > 0 and text[self.tokens[n - 1].start] == "."
        if token.kind is not Kind.WORD or after_dot:
            return text[token.start] if token.kind is Kind.SYMBOL else ""
        return text[token.start : token.end].lower()

    def _end(self, start: int, opener: int, *, is_join: bool) -> int:
        """Return where the clause from token *start* on ends."""
        ends = [self.closer.get(opener, len(self.tokens))]
        for places in (self._clauses, self._commas) if is_join else (self._clauses,):
            inside = places.get(opener, [])
            ends += inside[(n := bisect_left(inside, start)) : n + 1]
        return min(ends)
