"""Scripts of a schema -> the columns of its tables, as patterns of sqlc's overrides need them."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...model.identifiers import unquoted
from ...parse.lexer import Kind
from ...parse.statements import statements
from ..sql_text import code_tokens

_CONSTRAINTS: Final = frozenset(
    {"constraint", "primary", "unique", "foreign", "check", "exclude", "like"}
)
_NOISE: Final = frozenset({"if", "not", "exists", "only", "column"})


def table_columns(text: str) -> dict[str, list[str]]:
    """Return the columns of the tables that a script creates and alters, as far as its words tell."""
    columns: dict[str, list[str]] = {}
    for start, end in statements(text):
        words = _words(text[start:end])
        head = [word for word, _ in words[:2]]
        if "table" in [word for word, _ in words[1:5]] and head[:1] == ["create"]:
            _create(words, columns)
        elif head == ["alter", "table"]:
            _alter(words, columns)
    return columns


def matching_columns(
    pattern: str, columns: Mapping[str, list[str]]
) -> tuple[str, ...] | None:
    """Return the columns, `table.column`, that a pattern of sqlc names; None for a pattern that is none.

    `*` and `?` stand for any letters of a name; without a schema, tables of others are not named.
    """
    parts = pattern.split(".")
    if len(parts) < 2:
        return None
    schema = parts[-3] if len(parts) > 2 else "public"
    table, column = parts[-2:]
    found = []
    for name, names in columns.items():
        own, _, plain = name.rpartition(".")
        if _fits(schema, own or "public") and _fits(table, plain):
            found += [f"{name}.{each}" for each in names if _fits(column, each)]
    return tuple(found)


def _fits(pattern: str, name: str) -> bool:
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(regex, name, re.DOTALL) is not None


def _words(text: str) -> list[tuple[str, Kind]]:
    return [
        (
            (
                text[token.start : token.end].lower()
                if token.kind is Kind.WORD
                else text[token.start : token.end]
            ),
            token.kind,
        )
        for token in code_tokens(text)
    ]


def _name(words: list[tuple[str, Kind]], at: int) -> tuple[str, int]:
    """Return the name of the table at a word, without the schema `public`, and the place behind it."""
    while words[at : at + 1] and words[at][0] in _NOISE:
        at += 1
    parts = []
    while words[at : at + 1] and words[at][1] in (Kind.WORD, Kind.QUOTED):
        parts.append(unquoted(words[at][0]))
        at += 1
        if words[at : at + 1] and words[at][0] == ".":
            at += 1
        else:
            break
    if len(parts) > 1 and parts[-2] == "public":
        parts = parts[-1:]
    return ".".join(parts[-2:]), at


def _create(words: list[tuple[str, Kind]], columns: dict[str, list[str]]) -> None:
    at = next(n for n, (word, _) in enumerate(words) if word == "table")
    table, at = _name(words, at + 1)
    if table and words[at : at + 1] and words[at][0] == "(":
        columns[table] = list(_columns(words[at:]))


def _columns(words: list[tuple[str, Kind]]) -> Iterator[str]:
    """Yield the first word of each item between the brackets that *words* begin with."""
    depth = 0
    is_first = False
    for word, kind in words:
        if kind is Kind.OPEN:
            depth += 1
            is_first = depth == 1
        elif kind is Kind.CLOSE:
            depth -= 1
            if depth == 0:
                return
        elif depth == 1 and word == ",":
            is_first = True
        elif is_first and depth == 1:
            is_first = False
            if kind is Kind.QUOTED or word not in _CONSTRAINTS:
                yield unquoted(word)


def _alter(words: list[tuple[str, Kind]], columns: dict[str, list[str]]) -> None:
    table, at = _name(words, 2)
    known = columns.setdefault(table, [])
    depth = 0
    action = True
    for n in range(at, len(words)):
        word, kind = words[n]
        depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
        if action and word in ("add", "drop", "rename"):
            column, end = _name(words, n + 1)
            if word == "add" and column not in (*_CONSTRAINTS, ""):
                known.append(column)
            elif word == "drop" and column in known:
                known.remove(column)
            elif (
                word == "rename"
                and column in known
                and [w for w, _ in words[end : end + 1]] == ["to"]
            ):
                known[known.index(column)] = _name(words, end + 1)[0]
        action = depth == 0 and word == ","
