"""What sqlgen has to say about a user's input, as data; `report` makes text of it."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from .frozen import frozen
from .source import Span

Item = TypeVar("Item")
Result = TypeVar("Result")


class Severity(StrEnum):
    """How bad it is: an error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@frozen
class Label:
    """A place in a source file, and what there is to say about it (may be empty)."""

    span: Span
    text: str = ""


@frozen(kw_only=True)
class Diagnostic:
    """One mistake of the user's, or one warning.

    `code` is a kebab-case word of ours or an SQLSTATE of PostgreSQL's. `message` starts in lower
    case, has no full stop, names the thing and puts code in backticks. `label` is the place, and
    is missing only where there is none (no server could be started). `related` are further places
    that explain the first. `hint` is an instruction in the imperative, or empty.
    """

    code: str
    message: str
    label: Label | None
    related: tuple[Label, ...] = ()
    hint: str = ""
    severity: Severity = Severity.ERROR


class SqlgenError(Exception):
    """Raised where a user's mistake is found; carries one diagnostic or more."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        """A line for each diagnostic, with its place: what a traceback shows of them."""
        return "\n".join(map(_line, self.diagnostics))


class ConfigurationError(SqlgenError):
    """The configuration or the command line is wrong (exit status 2)."""


class ServerUnavailableError(SqlgenError):
    """No server could be reached or started (exit status 3)."""


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
    """Apply *function* to all *items*; one bad item does not hide the next.

    Raises `SqlgenError` with the diagnostics of all items that failed.
    """
    results, diagnostics = attempt(function, items)
    if diagnostics:
        raise SqlgenError(*diagnostics)
    return results


def attempt(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """Like `each`, but give the results of the good items beside the diagnostics."""
    results: list[Result] = []
    diagnostics: list[Diagnostic] = []
    for item in items:
        try:
            results.append(function(item))
        except SqlgenError as error:
            diagnostics.extend(error.diagnostics)
    return tuple(results), tuple(diagnostics)
