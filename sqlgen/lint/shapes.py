"""Text of a migration -> StatementShape of each statement; pure.

There is no grammar here. A statement that is not recognised has an empty shape, of which no rule
warns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import pairwise
from typing import NamedTuple

from .. import parse
from ..model.frozen import frozen
from ..parse.lexer import TRIVIA, Kind, tokens


@frozen(kw_only=True)
class StatementShape:
    """The changes of tables that a statement, `text[start:end]`, makes. They are named without their schema.

    `subjects` are the objects that it creates, drops or alters, `mentions` all words in it.
    `altered` is the table of an ALTER TABLE, else empty. Columns are given by the start and end of their
    clauses: `required_columns` are added as NOT NULL without a value, and `dropped_columns` are dropped, by
    name.
    """

    start: int
    end: int
    subjects: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    creates_tables: frozenset[str] = frozenset()
    drops_tables: frozenset[str] = frozenset()
    altered: str = ""
    required_columns: tuple[tuple[int, int], ...] = ()
    dropped_columns: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def changes_tables(self) -> bool:
        """Return whether it creates, drops or alters a table."""
        return bool(self.creates_tables or self.drops_tables or self.altered)

    def is_related_to(self, other: "StatementShape") -> bool:
        """Return whether one of the two mentions a subject of the other."""
        return bool(self.subjects & other.mentions or other.subjects & self.mentions)


def statement_shapes(text: str) -> tuple[StatementShape, ...]:
    """Return the shapes of the statements in a script."""
    return tuple(
        (
            _shape(start, end, _words(text, start, end))
            if _DEFINITION.match(text, start)
            else StatementShape(start=start, end=end)
        )
        for start, end in parse.statements(text)
    )


class _Word(NamedTuple):
    """A token in lower case, or a quoted identifier; `depth` counts the brackets around it."""

    text: str
    depth: int
    start: int
    end: int
    kind: Kind


_DEFINITION = re.compile(r"(?:create|alter|drop|comment|grant|revoke)\b", re.IGNORECASE)
_OWNING = {"create", "alter", "drop"}
_MODIFIERS = {
    *("or", "replace", "temp", "temporary", "unlogged", "global", "local", "unique"),
    *("foreign", "materialized", "recursive"),
}
_NOISE = {"if", "not", "exists", "only", "concurrently"}
_CONSTRAINTS = {"constraint", "primary", "unique", "foreign", "check", "exclude", "not"}
_FILLED = {
    *("default", "generated", "serial", "bigserial", "smallserial"),
    *("serial2", "serial4", "serial8"),
}


def _words(text: str, start: int, end: int) -> list[_Word]:
    depth = 0
    words: list[_Word] = []
    for kind, first, last in tokens(text[start:end]):
        if kind in TRIVIA:
            continue
        if kind is Kind.CLOSE:
            depth = max(depth - 1, 0)  # the server reports one too many
        word = text[start + first : start + last]
        if kind is Kind.QUOTED:
            word = word[1:-1].replace('""', '"')
        elif kind is Kind.WORD:
            word = word.lower()
        words.append(_Word(word, depth, start + first, start + last, kind))
        if kind is Kind.OPEN:
            depth += 1
    return words


def _shape(start: int, end: int, words: Sequence[_Word]) -> StatementShape:
    verb = words[0].text
    at = 1
    while at < len(words) and words[at].text in _MODIFIERS:
        at += 1
    noun = words[at].text if at < len(words) else ""
    rest = words[at + 1 :]
    while rest and rest[0].kind is Kind.WORD and rest[0].text in _NOISE:
        rest = rest[1:]
    subjects = frozenset(_listed(rest) if verb == "drop" else {_name(rest)})
    shape = StatementShape(
        start=start,
        end=end,
        subjects=subjects if verb in _OWNING else frozenset(),
        mentions=frozenset(_mentions(words)),
    )
    match verb, noun:
        case "create", "table":
            return replace(shape, creates_tables=subjects)
        case "drop", "table":
            return replace(shape, drops_tables=subjects)
        case "alter", "table":
            return _alteration(shape, rest)
        case _:
            return shape


def _alteration(shape: StatementShape, words: Sequence[_Word]) -> StatementShape:
    name = _name(words)
    clauses = list(_clauses(words))
    new_names = frozenset(
        clause[2].text for clause in clauses if _texts(clause)[:2] == ["rename", "to"]
    )
    return replace(
        shape,
        altered=name,
        creates_tables=new_names,
        drops_tables=frozenset({name} if new_names else ()),
        required_columns=tuple(_place(c) for c in clauses if _is_required(c)),
        dropped_columns={
            name: _place(clause) for clause in clauses if (name := _dropped(clause))
        },
    )


def _is_required(clause: Sequence[_Word]) -> bool:
    """Return whether it is `ADD COLUMN … NOT NULL` without a value for existing rows."""
    texts = _texts(clause)
    if texts[:1] != ["add"]:
        return False
    texts = texts[1:]
    if texts[:1] == ["column"]:
        texts = texts[1:]
    elif texts[:1] and texts[0] in _CONSTRAINTS:
        return False
    if texts[:3] == ["if", "not", "exists"]:
        texts = texts[3:]
    pairs = set(pairwise(texts))
    required = ("not", "null") in pairs or ("primary", "key") in pairs
    return required and _FILLED.isdisjoint(texts[1:])


def _dropped(clause: Sequence[_Word]) -> str:
    """Return the column that the clause drops; empty if it does something else."""
    texts = _texts(clause)
    if texts[:1] != ["drop"] or texts[1:2] == ["constraint"]:
        return ""
    texts = texts[2:] if texts[1:2] == ["column"] else texts[1:]
    texts = texts[2:] if texts[:2] == ["if", "exists"] else texts
    return texts[0] if texts else ""


def _clauses(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """Return the clauses of an ALTER TABLE: after the table's name, separated by commas."""
    rest = list(words)[1:]
    while len(rest) > 1 and rest[0].text == ".":
        rest = rest[2:]
    clause: list[_Word] = []
    for word in rest:
        if word.text == "," and not word.depth:
            if clause:
                yield clause
            clause = []
        elif word.text != "*" or clause:
            clause.append(word)
    if clause:
        yield clause


def _texts(clause: Sequence[_Word]) -> list[str]:
    """Return the words of the clause that are not in brackets."""
    return [word.text for word in clause if not word.depth]


def _place(clause: Sequence[_Word]) -> tuple[int, int]:
    return clause[0].start, clause[-1].end


def _name(words: Sequence[_Word]) -> str:
    """Return the name that *words* begin with, without its schema; empty if there is none."""
    if not words:
        return ""
    at = 0
    while at + 2 < len(words) and words[at + 1].text == ".":
        at += 2
    return words[at].text


def _listed(words: Sequence[_Word]) -> Iterator[str]:
    """Return the names of a list, as in `DROP TABLE a, s.b CASCADE`."""
    start = 0
    for at, word in enumerate(words):
        if word.text == "," and not word.depth:
            yield _name(words[start:at])
            start = at + 1
    yield _name(words[start:])


def _mentions(words: Sequence[_Word]) -> Iterator[str]:
    """Return all identifiers, and the words in strings: a function's body names tables too."""
    for word in words:
        if word.kind in (Kind.WORD, Kind.QUOTED):
            yield word.text
        elif word.kind in (Kind.STRING, Kind.DOLLAR):
            yield from re.findall(r"\w+", word.text.lower())
