"""The definition of a view, as PostgreSQL prints it -> the expression of each column, and the rest. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from .. import parse

_COMBINING: Final = frozenset({"union", "intersect", "except"})
_AFTER_COLUMNS: Final = frozenset(
    {
        *("from", "where", "group", "having", "window", "order", "limit", "offset"),
        *("fetch", "for", ";"),
    }
)


class ViewText(NamedTuple):
    """The expressions of a view's columns by their names, and `rest`, what decides on its rows.

    Of a view of which the two cannot be told apart, all is `rest`.
    """

    columns: dict[str, str]
    rest: str


def view_text(definition: str, columns: Sequence[str]) -> ViewText:
    """Return the parts of the *definition* of a view with these *columns*."""
    words = list(_words(definition))
    whole = ViewText({}, " ".join([word for word, _ in words]))
    depths = [depth for _, depth in words]
    outer = [word if depth == 0 else "" for word, depth in words]
    if "select" not in outer or not _COMBINING.isdisjoint(outer):
        return whole
    start = outer.index("select") + 1
    if words[start:] and words[start][0] == "distinct":
        return whole  # each column decides on the rows
    end = next(
        (n for n in range(start, len(outer)) if outer[n] in _AFTER_COLUMNS), len(words)
    )
    targets: list[list[str]] = [[]]
    for (word, _), depth in zip(words[start:end], depths[start:end], strict=True):
        if word == "," and depth == 0:
            targets.append([])
        else:
            targets[-1].append(word)
    if len(targets) != len(columns):
        return whole
    expressions = map(" ".join, targets)
    rest = [word for word, _ in (*words[:start], *words[end:])]
    return ViewText(dict(zip(columns, expressions, strict=True)), " ".join(rest))


def without_layout(source: str) -> str:
    """Return the text of a routine without its comments, with one blank between two tokens."""
    return " ".join([word for word, _ in _words(source)])


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the tokens, names and keywords without quotes in lower case, and how many parentheses are around."""
    depth = 0
    for token in parse.tokens(text):
        kind, word = token.kind, text[token.start : token.end]
        if kind in ("space", "line_comment", "block_comment"):
            continue
        if kind == "close":
            depth -= 1
        yield (word.lower() if kind == "word" else word), depth
        if kind == "open":
            depth += 1
