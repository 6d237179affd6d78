"""The text of a statement -> its tokens: what stands beside and around a place in it.

PostgreSQL's tree has the place where an expression starts, but not where it ends, nor the casts that
leave its type as it is.
"""

import re
from bisect import bisect_left
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<blank> \s+ | --[^\n]* | /\* )
    | [eE]'(?:[^'\\]|\\.|'')*' | (?:[uU]&|[bBxXnN])?'(?:[^']|'')*'
    | (?P<dollar> \$(?:[^\W\d]\w*)?\$ )
    | (?P<name> [^\W\d][\w$]* | (?:[uU]&)?"(?:[^"]|"")+" )
    | :: | . """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_PAIRS: Final = {"(": ")", "[": "]"}
_VERBS: Final = frozenset(
    {"insert", "update", "delete", "merge", "values", "table", "("}
)
_AFTER_COLUMN: Final = frozenset(
    {
        *("", ",", ")", "as", "from", "where", "group", "having", "window", "union"),
        *("intersect", "except", "order", "limit", "offset", "fetch", "for"),
    }
)
"""The tokens that end a column of the result without being part of its expression."""


class SqlTokens:
    """The tokens of a statement without blanks and comments, and which parentheses belong together."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._words: list[str] = []
        self._closers: dict[int, int] = {}
        self._around: list[tuple[int, ...]] = []
        self._read()

    def word(self, index: int) -> str:
        """Return a token, a plain name in lower case; empty before the first and after the last."""
        return self._words[index] if 0 <= index < len(self._words) else ""

    def index(self, place: int) -> int:
        """Return the number of the first token that starts at *place* or after it."""
        return bisect_left(self._starts, place)

    def end(self, index: int) -> int:
        """Return the place after a token."""
        return self._starts[index] + len(self._words[index])

    def start(self, index: int) -> int:
        """Return the place of a token."""
        return self._starts[index]

    @property
    def count(self) -> int:
        """Return the number of tokens."""
        return len(self._words)

    def is_beside(self, index: int, other: int) -> bool:
        """Return whether the same parentheses and brackets are around two tokens."""
        return self._around[index] == self._around[other]

    def closer(self, index: int) -> int | None:
        """Return the number of the token that closes the parenthesis or bracket *index*."""
        return self._closers.get(index)

    def after_name(self, index: int) -> int:
        """Return the number of the token after a name with its qualifiers: after `b` of `a.b`."""
        while self.word(index + 1) == ".":
            index += 2
        return index + 1

    def is_cast(self, index: int, after: int) -> bool:
        """Return whether a cast changes an expression from *index* to *after*, or one around it."""
        if self.word(after) == "::":
            return True
        for opening in self._around[index] if index < len(self._around) else ():
            if self.word(opening - 1) == "cast":
                return True
            closing = self._closers.get(opening)
            if closing is None:
                return True
            while self.word(closing + 1) in ("filter", "over"):
                inner = self._closers.get(closing + 2)
                closing = closing + 1 if inner is None else inner
            if self.word(closing + 1) == "::":
                return True
        return False

    def composite_star(self, place: int) -> tuple[int, int] | None:
        """Return the start and end of `(…).*` or `(…).field.*`, where the value begins at *place*."""
        opening = self.index(place)
        if self.word(opening) != "(":
            opening -= 1
        while self.word(opening) == "(":
            closing = self._closers.get(opening)
            if closing is not None and self.word(closing + 1) == ".":
                last = self.after_name(closing) - 1
                if self.word(last) == "*":
                    return self.start(opening), self.end(last)
            opening -= 1
        return None

    def has(self, name: str) -> bool:
        """Return whether a name occurs anywhere, in quotes or without."""
        return name in self._words or f'"{name}"' in self._words

    def is_nested(self, index: int) -> bool:
        """Return whether parentheses or brackets are around a token."""
        return bool(self._around[index])

    def ends_column(self, index: int) -> bool:
        """Return whether a token ends the expression of a column of the result, or starts its alias."""
        word = self.word(index)
        return word in _AFTER_COLUMN or (
            (word[:1] == '"' or word.isidentifier())
            and self.word(index + 1) in _AFTER_COLUMN
        )

    def is_without_alias(self, index: int) -> bool:
        """Return whether a token ends a column of the result that has no alias."""
        return self.word(index) != "as" and self.word(index) in _AFTER_COLUMN

    def main_statement(self) -> int | None:
        """Return the number of the token that the statement starts with after WITH.

        None if that is not certain.
        """
        if self.word(0) != "with":
            return 0 if self._words else None
        for index, word in enumerate(self._words):
            if self._around[index]:
                continue
            if word == "select":  # a reserved word, unlike the others
                return index
            if word in _VERBS and self.word(index - 1) == ")":
                return index
        return None

    def _read(self) -> None:
        place = 0
        opened: list[int] = []
        while match := _TOKEN.match(self.text, place):
            place = match.end()
            word = match[0]
            if match["blank"]:
                if word == "/*":
                    place = self._comment_end(place)
                continue
            if match["dollar"]:
                end = self.text.find(word, place)
                place = len(self.text) if end < 0 else end + len(word)
                word = self.text[match.start() : place]
            elif match["name"] and not word.endswith('"'):
                word = word.lower()
            if opened and word == _PAIRS[self._words[opened[-1]]]:
                self._closers[opened.pop()] = len(self._words)
            self._around.append(tuple(opened[::-1]))
            if word in _PAIRS:
                opened.append(len(self._words))
            self._starts.append(match.start())
            self._words.append(word)

    def _comment_end(self, place: int) -> int:
        """Return the end of a comment, which may have others in it."""
        depth = 1
        for edge in _COMMENT_EDGE.finditer(self.text, place):
            depth += 1 if edge[0] == "/*" else -1
            if not depth:
                return edge.end()
        return len(self.text)
