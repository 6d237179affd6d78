"""Errors, warnings and notes about a user's input, as data; `report` makes text of them."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from .frozen import frozen
from .source import Span

Item = TypeVar("Item")
Result = TypeVar("Result")


class Severity(StrEnum):
    """The severity of a diagnostic: an error stops the build, a warning does not.

    A note tells of a decision that the user may not expect; there is nothing to fix.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Label:
    """A place in a source file, with a text about it (may be empty)."""

    span: Span
    text: str = ""


@frozen(kw_only=True)
class Diagnostic:
    """One error in a user's input, one warning, or one note.

    `code` is a kebab-case word of sqlgen's or an SQLSTATE of PostgreSQL's. `message` starts in lower
    case, has no full stop, names the thing and puts code in backticks. `label` is the place, or
    `None` if there is none (no server could be started). `related` are more places that explain the
    first. `hint` is an instruction in the imperative, or empty.
    """

    code: str
    message: str
    label: Label | None
    related: tuple[Label, ...] = ()
    hint: str = ""
    severity: Severity = Severity.ERROR


class SqlgenError(Exception):
    """One or more errors in a user's input, raised where they are found."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        """Return a line for each diagnostic, with its place, for tracebacks."""
        return "\n".join(map(_line, self.diagnostics))


class ConfigurationError(SqlgenError):
    """An error in the configuration or on the command line (exit status 2)."""


class ServerUnavailableError(SqlgenError):
    """A failure to reach or start a server (exit status 3)."""


def server_unavailable(message: str, hint: str) -> ServerUnavailableError:
    """Return the error of a server that cannot be reached or used, without a place."""
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )


def catalog_refused(reason: str) -> ServerUnavailableError:
    """Return the error of a server that does not show its catalog, with the server's own *reason*."""
    return server_unavailable(
        f"the server refuses to show its catalog: {reason}",
        "grant the role what is missing, or let `server` name another role",
    )


def _line(diagnostic: Diagnostic) -> str:
    if diagnostic.label is None:
        return diagnostic.message
    span = diagnostic.label.span
    return f"{span.source.path}:{span.line}:{span.column}: {diagnostic.message}"


def nearest(word: str, known: Iterable[str], *, similarity: float = 0.6) -> str:
    """Return the *known* word that is most like *word*, for a hint; empty if none is like it.

    *similarity* is the least ratio of `difflib.SequenceMatcher`, between 0 and 1.
    """
    import difflib  # rarely needed

    words = difflib.get_close_matches(word, list(known), n=1, cutoff=similarity)
    return words[0] if words else ""


def each(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> tuple[Result, ...]:
    """Return the results of *function* for all *items*.

    Raises `SqlgenError` with the diagnostics of all items that failed, not only of the first.
    """
    results, diagnostics = attempt(function, items)
    if diagnostics:
        raise SqlgenError(*diagnostics)
    return results


def attempt(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """Return the results of *function* for the *items* that succeed, and the errors of the others."""
    results: list[Result] = []
    diagnostics: list[Diagnostic] = []
    for item in items:
        try:
            results.append(function(item))
        except SqlgenError as error:
            diagnostics.extend(error.diagnostics)
    return tuple(results), tuple(diagnostics)
