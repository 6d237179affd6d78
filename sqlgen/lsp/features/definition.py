"""A subject -> where it is made: the generated function or class, the migration of a table or a column."""

import re
from collections.abc import Callable

from ...build.live_state import LiveFile, LiveState
from .creations import column_creation, creation
from .results import FilePlace
from .subjects import (
    ClassSubject,
    ColumnSubject,
    OutputSubject,
    ParameterSubject,
    QuerySubject,
    Subject,
    TableSubject,
)

Read = Callable[[str], str]
"""Returns the text of a file of the project; it is empty if there is none."""


def definition(
    state: LiveState, file: LiveFile, subject: Subject, read: Read
) -> tuple[FilePlace, ...]:
    """Return where a subject is made; nowhere if that is not known, or was not generated yet."""
    if isinstance(subject, TableSubject):
        return creation(state.scripts, subject.table.name)
    if isinstance(subject, ColumnSubject):
        return column_creation(state.scripts, subject.table.name, subject.column.name)
    if isinstance(subject, ParameterSubject):
        return parameter_places(file, subject.query, subject.name)[:1]
    if isinstance(subject, OutputSubject):
        return ()
    module = state.modules.get(file.source.path)
    if state.config is None or module is None:
        return ()
    if isinstance(subject, QuerySubject):
        return _line(
            module.path, rf"^(?:async )?def ({re.escape(subject.name)})\(", read
        )
    assert isinstance(subject, ClassSubject)
    pattern = rf"^class ({re.escape(subject.name)})\b"
    models = f"{state.config.output}/models.py"
    return _line(models, pattern, read) or _line(module.path, pattern, read)


def parameter_places(
    file: LiveFile, query: str, parameter: str
) -> tuple[FilePlace, ...]:
    """Return where a parameter stands, marks included, in the order of the text."""
    return tuple(
        FilePlace(file.source.path, span.start, span.end)
        for one in file.parsed.queries
        if one.name == query
        for each in one.parameters
        if each.name == parameter
        for span in each.spans
    )


def _line(path: str, pattern: str, read: Read) -> tuple[FilePlace, ...]:
    match = re.search(pattern, read(path), re.MULTILINE)
    return (FilePlace(path, *match.span(1)),) if match else ()
