"""The comment above a query, `/* @name X @param ids -> (...) */` -> its name, expansions and documentation."""

import re
from typing import Final

from ...model.frozen import frozen
from .expansions import Expansion, expansion

HEADER: Final = re.compile(r"/\*.*?@name\s+(?P<name>\w+)", re.DOTALL)
_PARAMETER: Final = re.compile(r"@param\s+(?P<name>\w+)\s*->\s*(?P<text>\([^@]*)")
_TAG: Final = re.compile(r"@(?:name\s+\w+|param\s+\w+\s*->\s*\([^@]*)")


@frozen
class Annotation:
    """The expansions of a query's parameters, and the lines of its documentation.

    `unknown` are the names of parameters whose expansion cannot be read.
    """

    expansions: dict[str, Expansion]
    unknown: tuple[str, ...]
    doc: tuple[str, ...]


def annotation(comment: str) -> Annotation:
    """Return what the *comment* says, from its `/*` to its `*/`."""
    words = re.sub(r"\A/\*+|\*+/\Z", "", comment)
    words = re.sub(r"(?m)^[ \t]*\*[ \t]?", "", words)
    expansions: dict[str, Expansion] = {}
    unknown: list[str] = []
    doc = _TAG.sub("\n", words)
    for match in _PARAMETER.finditer(words):
        text, rest = _bracketed(match["text"])
        doc += rest
        found = expansion(text)
        if found is None:
            unknown.append(match["name"])
        else:
            expansions[match["name"]] = found
    lines = [line.strip() for line in doc.splitlines()]
    return Annotation(expansions, tuple(unknown), tuple(filter(None, lines)))


def _bracketed(text: str) -> tuple[str, str]:
    """Return what *text* has up to the bracket that closes its first one, and the rest."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[: place + 1], text[place + 1 :]
    return text, ""
