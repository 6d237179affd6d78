"""A text with other texts in some places. Pure."""

from collections.abc import Sequence


def edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return the *text* with each edit's new text in the place of its `[start:end]`; none overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += (text[position:start], new)
        position = end
    return "".join([*pieces, text[position:]])
