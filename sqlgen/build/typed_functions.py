"""The database's functions that the configuration names -> query files, and what is reported of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from .. import parse, read
from ..model.config import Config
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.output import Change
from ..model.routines import TypedRoutines
from .request import BuildRequest

_SHOWN = 5
"""The most routines that a note names."""


def with_routines(request: BuildRequest, routines: TypedRoutines) -> BuildRequest:
    """Return the request with a query file for the *routines* of each schema."""
    if not routines.routines:
        return request
    files = parse.routine_files(routines.routines, request.config.queries)
    paths = () if request.is_partial else [file.path for file in files]
    return replace(
        request,
        queries=(*request.queries, *files),
        selected=request.selected.union(paths),
        routines=routines.routines,
    )


@contextmanager
def reported_at_setting(config: Config) -> Iterator[None]:
    """Let errors in what we have written name the function, and the setting that asks for it."""
    try:
        yield
    except SqlgenError as error:
        if not config.typed_functions:
            raise
        diagnostics = [
            at_setting(diagnostic, config) for diagnostic in error.diagnostics
        ]
        raise SqlgenError(*diagnostics) from error


def at_setting(diagnostic: Diagnostic, config: Config) -> Diagnostic:
    """Return a diagnostic that names the function, if it is about a query file that we have written."""
    label = diagnostic.label
    if label is None or not label.span.source.origin:
        return diagnostic
    source = label.span.source
    routine = parse.routine_at(source, label.span.start)
    subject = f"`{routine}` of {source.origin}" if routine else source.origin
    return replace(
        diagnostic,
        message=f"{subject}: {diagnostic.message}",
        label=_setting(config),
        related=(),
        hint="write a query that calls it, and name the others in `functions`",
    )


def left_out_notes(
    changes: Sequence[Change], routines: TypedRoutines, config: Config
) -> tuple[Diagnostic, ...]:
    """Return a note of the functions that can have none in Python, if others of them change."""
    folder = f"{config.output}/{parse.ROUTINES_FOLDER}/"
    if not routines.left_out or not any(c.path.startswith(folder) for c in changes):
        return ()
    shown = [f"`{one.signature}` ({one.reason})" for one in routines.left_out[:_SHOWN]]
    more = len(routines.left_out) - _SHOWN
    return (
        Diagnostic(
            code="functions-left-out",
            message=f"no typed function for {', '.join(shown)}{f' and {more} more' if more > 0 else ''}",
            label=_setting(config),
            severity=Severity.NOTE,
        ),
    )


def _setting(config: Config) -> Label | None:
    """Return the place of `functions` in the configuration's file."""
    return read.setting_label(config, ("tool", "sqlgen", "functions"))
