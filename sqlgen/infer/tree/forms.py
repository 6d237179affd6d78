"""The text of a PostgreSQL node -> its fields by name.

Nodes say the same again and again: the same column of the same table, in this statement and in the
next. So a text is parsed once for all nodes that have it, wherever they stand.
"""

import re
from functools import lru_cache
from itertools import count
from typing import TypeAlias

Field: TypeAlias = "str | int | slice | tuple[Field, ...]"
"""A field's value: a token or a list of tokens as printed, the place of a child, the places of a list
of children, or a list that also has nulls or lists in it."""


class Form:
    """The fields of a node's own text, shared by all nodes that print the same.

    `numbers` are the fields that have been asked for as numbers. `location` is that of a node whose
    text has it in its midst, or -1.
    """

    __slots__ = ("_meaning", "fields", "location", "numbers", "tag", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tag = text.partition(" ")[0]
        self.tag = _OLD_TAGS.get(tag, tag)
        self.fields = _fields(tag, text)
        self.numbers: dict[str, int] = {}
        self.location = self.number("location") if "location" in self.fields else -1

    def number(self, name: str) -> int:
        """Return the field *name* as a number, 0 if it is none."""
        token = self.fields.get(name)
        is_number = isinstance(token, str) and token != "<>"
        value = int(token) if is_number else 0  # type: ignore[arg-type]  # known to be a text
        self.numbers[name] = value
        return value

    @property
    def meaning(self) -> str:
        """Return the text without the fields that `equal()` ignores as well."""
        if not hasattr(self, "_meaning"):
            self._meaning = f"{self.tag} {_INCIDENTAL.sub('', self.text)}"
        return self._meaning


form = lru_cache(maxsize=8192)(Form)


_OLD_TAGS = {
    "ARRAY": "ARRAYEXPR",
    "CASE": "CASEEXPR",
    "COALESCE": "COALESCEEXPR",
    "COLLATE": "COLLATEEXPR",
    "MINMAX": "MINMAXEXPR",
    "ROW": "ROWEXPR",
    "ROWCOMPARE": "ROWCOMPAREEXPR",
    "RTE": "RANGETBLENTRY",
    "WHEN": "CASEWHEN",
}
"""The tags of PostgreSQL 14 -> those of newer versions."""

_INCIDENTAL = re.compile(
    r" :(?:location|\w+_location|stmt_len|list_start|list_end|varnosyn|varattnosyn"
    r"|\w+format) -?\d+"
)
"""The fields that `equal()` ignores (`pg_node_attr(equal_ignore)` in primnodes.h)."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TOKEN = re.compile(r"[()]|[^\s()]+")

# Escaped characters are replaced by lone surrogates, which no text from a server can hold, so that
# a brace, blank or parenthesis left in the text is always the tree's own.
_MASKS = {char: chr(0xD800 + place) for place, char in enumerate(" \n\t(){}\\")}
_MASKED = {ord(mask): char for char, mask in _MASKS.items()}
_LITERALLY = chr(0xD800 + len(_MASKS))
_MASKED[ord(_LITERALLY)] = ""


def masked(text: str) -> str:
    """Return a tree's text with its escaped characters replaced by others without a meaning."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda m: _MASKS.get(m[1]) or _LITERALLY + m[1], text)


def unmasked(text: str) -> str:
    """Return the text with its escaped characters as they are."""
    return text if text.isascii() else text.translate(_MASKED)


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a printed list; those of a table's columns come in many statements."""
    return tuple([unmasked(token[1:-1]) for token in text[1:-1].split(" ")])


def _fields(tag: str, text: str) -> dict[str, Field]:
    """Return the fields of a node's own *text*."""
    fields = _tokens(tag, text)
    if "{" not in text:
        return fields
    place = 0
    for name, token in [*fields.items()]:
        if isinstance(token, str) and "{" in token:
            children = token.count("{")
            # Most lists are of nodes only, `({ {)`: two characters each and the closing one.
            if token[0] == "{":
                fields[name] = place
            elif len(token) == 2 * children + 1:
                fields[name] = slice(place, place + children)
            else:
                fields[name] = _list(token, place)
            place += children
    return fields


def _tokens(tag: str, text: str) -> dict[str, Field]:
    """Return the fields as they are printed."""
    printed, names = _NAMES.get(tag, ([], ()))
    if names and text.count(" ") == 2 * len(names):
        tokens = text.split(" ")
        if tokens[1::2] == printed:
            return dict(zip(names, tokens[2::2], strict=True))
    pieces = [piece.partition(" ") for piece in text.split(" :")[1:]]
    fields: dict[str, Field] = {name: token for name, _, token in pieces}
    if "" in fields.values():
        return _with_colons(text)
    if text.count(" ") == 2 * len(fields):
        _NAMES[tag] = [f":{name}" for name in fields], tuple(fields)
    return fields


_NAMES: dict[str, tuple[list[str], tuple[str, ...]]] = {}
"""The names of the fields of the last node of each tag without lists: most nodes have the same."""


def _with_colons(text: str) -> dict[str, Field]:
    """Return fields of which one is a token that begins with a colon itself: `:aliasname :foo`."""
    fields: dict[str, Field] = {}
    waiting = ""
    for piece in text.split(" :")[1:]:
        name, _, token = piece.partition(" ")
        if waiting:
            fields[waiting] = f":{piece}"
            waiting = ""
        elif token:
            fields[name] = token
        else:
            waiting = name
    return fields


def _list(text: str, place: int) -> tuple[Field, ...]:
    """Return a list with nodes, the first of them the child at *place*; they may be in inner lists."""
    stack: list[list[Field]] = [[]]
    following = count(place)
    for token in _TOKEN.findall(text.replace("{", " { ")):
        if token == "(":
            stack.append([])
        elif token == ")":
            inner = stack.pop()
            stack[-1].append(tuple(inner))
        else:
            stack[-1].append(next(following) if token == "{" else token)
    [outer] = stack[0]
    return outer if isinstance(outer, tuple) else ()
