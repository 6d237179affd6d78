"""A document that is open in the editor, and the changes that the editor tells of."""

from collections.abc import Iterable
from functools import cached_property

from ..protocol.params import Params
from .text_positions import TextPositions


class Document:
    """A document of the editor; `version` is the editor's number of this text, `None` if it has none."""

    def __init__(self, uri: str, text: str, version: int | None) -> None:
        self.uri = uri
        self.text = text
        self.version = version

    @cached_property
    def positions(self) -> TextPositions:
        """Return the places in the text."""
        return TextPositions(self.text)


def changed(
    document: Document, changes: Iterable[Params], version: int | None
) -> Document:
    """Return the document after changes, one after the other: of a range, or of the whole text.

    Raises `RequestError` for a change that is none.
    """
    text = document.text
    positions: TextPositions | None = document.positions
    for change in changes:
        new = change.text("text")
        if change.get("range") is None:
            text, positions = new, None
            continue
        range_ = change.range("range")
        positions = positions or TextPositions(text)
        start, end = positions.offset(range_.start), positions.offset(range_.end)
        text = text[:start] + new + text[max(start, end) :]
        positions = None
    return Document(document.uri, text, version)
