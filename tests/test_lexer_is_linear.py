"""The lexer takes as many steps for twice the text as for the text, twice over.

Python's regular expressions count no steps, so the patterns are followed here as `re` follows them: by
backtracking, with a count.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from re import _constants as op  # type: ignore[attr-defined] # what `re.compile` itself uses
from re import _parser  # type: ignore[attr-defined] # the same
from typing import Any

import pytest

from sqlgen.parse import lexer
from sqlgen.parse.lexer import tokens
from tests.test_properties_lexer import FRAGMENTS

Then = Callable[[int], int | None]
CATEGORIES = {op.CATEGORY_SPACE: str.isspace, op.CATEGORY_DIGIT: str.isdigit}


class Backtracking:
    """Matches a pattern at places of a text, and counts the `steps`."""

    def __init__(self, pattern: str, text: str) -> None:
        self.tree = list(_parser.parse(pattern))
        self.text = text
        self.steps = 0
        self.groups: dict[int, str] = {}

    def end(self, place: int) -> int | None:
        self.groups = {}
        return self.match(self.tree, 0, place, lambda end: end)

    def match(self, items: Any, index: int, place: int, then: Then) -> int | None:
        self.steps += 1
        if index == len(items):
            return then(place)
        kind, value = items[index]

        def rest(end: int) -> int | None:
            return self.match(items, index + 1, end, then)

        if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            return rest(place + 1) if self.is_one(kind, value, place) else None
        if kind is op.BRANCH:
            ends = (self.match(list(way), 0, place, rest) for way in value[1])
            return next((end for end in ends if end is not None), None)
        if kind is op.SUBPATTERN:
            return self.group(value[0], list(value[3]), place, rest)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            assert value[0] == 1, "no pattern looks behind"
            found = self.match(list(value[1]), 0, place, lambda end: end)
            return rest(place) if (found is not None) is (kind is op.ASSERT) else None
        if kind is op.AT:
            assert value is op.AT_END_STRING
            return rest(place) if place == len(self.text) else None
        if kind is op.GROUPREF:
            name = self.groups[value]
            self.steps += len(name)
            found_here = self.text.startswith(name, place)
            return rest(place + len(name)) if found_here else None
        least, most, body = value
        return self.repeat(kind, least, most, body, place, rest)

    def group(
        self, number: int | None, items: Any, place: int, rest: Then
    ) -> int | None:
        def close(end: int) -> int | None:
            if number is not None:
                self.groups[number] = self.text[place:end]
            return rest(end)

        return self.match(items, 0, place, close)

    def repeat(
        self, kind: Any, least: int, most: int, body: Any, place: int, rest: Then
    ) -> int | None:
        items = list(body)
        if len(items) == 1 and items[0][0] in (
            op.LITERAL,
            op.NOT_LITERAL,
            op.IN,
            op.ANY,
        ):
            if kind is op.MIN_REPEAT:
                return self.lazily(items[0], least, most, place, rest)
            ends = [place]
            single, of = items[0]
            while len(ends) <= most and self.is_one(single, of, ends[-1]):
                ends.append(ends[-1] + 1)
                self.steps += 1
            ends = ends[least:]
            if kind is op.POSSESSIVE_REPEAT:
                ends = ends[-1:]
            elif kind is op.MAX_REPEAT:
                ends.reverse()
            found = (rest(end) for end in ends)
            return next((end for end in found if end is not None), None)
        assert kind is op.MAX_REPEAT, kind

        def more(count: int, here: int) -> int | None:
            def again(end: int) -> int | None:
                return more(count + 1, end) if end > here else None

            if count < most:
                end = self.match(items, 0, here, again)
                if end is not None:
                    return end
            return rest(here) if count >= least else None

        return more(0, place)

    def lazily(
        self, item: Any, least: int, most: int, place: int, rest: Then
    ) -> int | None:
        kind, value = item
        for count in range(most + 1):
            if count >= least and (end := rest(place + count)) is not None:
                return end
            if not self.is_one(kind, value, place + count):
                return None
            self.steps += 1
        return None

    def is_one(self, kind: Any, value: Any, place: int) -> bool:
        if place >= len(self.text):
            return False
        character = self.text[place]
        if kind is op.ANY:
            return True
        if kind is not op.IN:
            return (ord(character) == value) is (kind is op.LITERAL)
        negated = value[0][0] is op.NEGATE
        found = any(
            (how is op.LITERAL and ord(character) == what)
            or (how is op.RANGE and what[0] <= ord(character) <= what[1])
            or (how is op.CATEGORY and _is_of(what, character))
            for how, what in value
        )
        return found is not negated


def _is_of(category: Any, character: str) -> bool:
    if category is op.CATEGORY_NOT_SPACE:
        return not character.isspace()
    return bool(CATEGORIES[category](character))


@contextmanager
def deep_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def steps(pattern: re.Pattern[str], text: str) -> int:
    """Return the steps of all matches, each of which begins where the one before it ends."""
    matching = Backtracking(pattern.pattern, text)
    place = 0
    with deep_recursion():
        while place <= len(text):
            end = matching.end(place)
            real = pattern.match(text, place)
            assert end == (real.end() if real else None)
            if not real or end is None or end == place:
                break
            if real.lastgroup == "unterminated":
                break  # one token up to the end, or a nested comment; both are read once
            place = end
    return matching.steps


OPERATORS = [
    "+-",
    "-+",
    "*+",
    "<-",
    "+<-",
    "@-",
    "=+",
    "+/",
    "'a'\n",
    "'a'--\n",
    "1e",
    "0x_",
    "a:b",
]


@pytest.mark.parametrize(
    "pattern", [lexer._token(), lexer._DELIMITER], ids=["all", "few"]
)
@pytest.mark.parametrize("fragment", [*FRAGMENTS, *OPERATORS])
def test_steps_are_linear(pattern: re.Pattern[str], fragment: str) -> None:
    few, many = (steps(pattern, fragment * n) for n in (30, 120))
    assert many < 6 * few + 100


def test_signs_are_operators_of_their_own() -> None:
    text = "1+-+-2 <+- @+- +-*-+ +--c\n+-/*c*/+/-"
    operators = [text[t.start : t.end] for t in tokens(text) if t.kind == "operator"]
    assert operators == [
        *"+-+-",
        "<",
        "+",
        "-",
        "@+-",
        "+-*",
        *"-+",
        *"+",
        *"+-",
        "+/",
        "-",
    ]
