"""A query file -> what its functions give, shown behind their headers."""

from ...build.live_state import LiveFile, LiveState
from ...parse.lexer import WHITE_SPACE
from .results import InlayHint
from .sections import sections_of
from .signatures import annotations_of, returned


def inlay_hints(
    state: LiveState, file: LiveFile, start: int, end: int
) -> tuple[InlayHint, ...]:
    """Return the hints between two places: ` -> list[Allergy]`."""
    hints: list[InlayHint] = []
    for section in sections_of(file.source.text):
        if not section.name or not start <= section.header_end <= end:
            continue
        typed = file.typed_query(section.name)
        annotations = annotations_of(state, typed) if typed else None
        if typed and annotations:
            header = section.text[section.start : section.header_end]
            place = section.start + len(header.rstrip(WHITE_SPACE))
            hints.append(InlayHint(place, f"-> {returned(typed, annotations)}"))
    return tuple(hints)
