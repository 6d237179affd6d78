"""Changes of files, names that Python could not take -> the note that a build tells of them."""

import re
from collections.abc import Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.output import Change
from ..model.renamed import Renamed
from .result import BuildResult

_SHOWN: Final = 5
"""The most names in a note."""


def renamed_notes(
    changes: Sequence[Change], result: BuildResult
) -> tuple[Diagnostic, ...]:
    """Return one note about the changed names that are new in the *changes*, if there are any."""
    if not any(result.renamed.values()):
        return ()
    origins = {file.path: origin for file, origin in result.files.items()}
    before: dict[str, str] = {}
    for change in changes:
        origin = origins.get(change.path, "")
        if origin and change.path.endswith(".py"):
            before[origin] = before.get(origin, "") + (change.before or "")
    new = [
        name
        for origin in sorted(before)
        for name in result.renamed.get(origin, ())
        if not name.span.source.origin
        and not re.search(rf"\b{name.new}\b", before[origin])
    ]
    return (_note(new),) if new else ()


def _note(names: Sequence[Renamed]) -> Diagnostic:
    shown = ", ".join([f"{name.title} is `{name.new}`" for name in names[:_SHOWN]])
    more = len(names) - _SHOWN
    return Diagnostic(
        code="renamed",
        message=f"in Python, {shown}{f', and {more} more' if more > 0 else ''}",
        label=Label(names[0].span),
        hint="rename it in SQL (`AS name` for a column) to choose the name yourself",
        severity=Severity.NOTE,
    )
