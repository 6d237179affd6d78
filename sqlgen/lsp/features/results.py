"""Results of the features: places and changes of files, by their paths and characters."""

from enum import IntEnum

from ...model.diagnostic import Diagnostic
from ...model.frozen import frozen


@frozen
class FilePlace:
    """The characters `[start:end]` of the file at *path*, which is relative to the project's root."""

    path: str
    start: int
    end: int


@frozen
class Hover:
    """A text in Markdown about a place."""

    text: str
    place: FilePlace


@frozen
class TextEdit:
    """Another text for a place."""

    place: FilePlace
    text: str


@frozen
class CodeAction:
    """A change that fixes a diagnostic; an editor may apply a preferred one without asking."""

    title: str
    diagnostic: Diagnostic
    edits: tuple[TextEdit, ...]
    is_preferred: bool = True


@frozen
class InlayHint:
    """A text that the editor shows behind a place, as if it were there."""

    offset: int
    text: str


class CompletionKind(IntEnum):
    """The kind of an offer, with the protocol's number (CompletionItemKind)."""

    FUNCTION = 3
    FIELD = 5
    VARIABLE = 6
    CLASS = 7
    KEYWORD = 14
    REFERENCE = 18
    STRUCT = 22
    TYPE_PARAMETER = 25


@frozen
class Offer:
    """A text that may be inserted; what is nearer by has a smaller `rank`."""

    text: str
    kind: CompletionKind
    detail: str = ""
    rank: int = 0


@frozen
class Completions:
    """The offers, and the place that each of them would replace."""

    offers: tuple[Offer, ...]
    place: FilePlace
