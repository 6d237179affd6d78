"""The two remarks of importers: what has no translation, and what means something else now."""

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.source import Span


def not_imported(message: str, place: Span | None, hint: str) -> Diagnostic:
    """Return the warning that something has no translation; the *hint* is what to do by hand."""
    return Diagnostic(
        code="not-imported",
        message=message,
        label=Label(place) if place else None,
        hint=hint,
        severity=Severity.WARNING,
    )


def imported_differently(message: str, place: Span | None, hint: str) -> Diagnostic:
    """Return the note that something was translated to what is not quite the same."""
    return Diagnostic(
        code="imported-differently",
        message=message,
        label=Label(place) if place else None,
        hint=hint,
        severity=Severity.NOTE,
    )
