"""A subject -> where it is used: in queries, and of a query in the project's Python files."""

import re
from collections.abc import Iterator, Mapping

from ...build.live_state import LiveFile, LiveState
from ...model.catalog import Relation
from .definition import parameter_places
from .results import FilePlace
from .schema_index import SchemaIndex
from .sections import sections_of, words_of
from .subjects import (
    ClassSubject,
    ColumnSubject,
    ParameterSubject,
    QuerySubject,
    Subject,
    TableSubject,
    named_in_schema,
    query_name,
)
from .usage import uses_of


def references(
    state: LiveState,
    schema: SchemaIndex | None,
    file: LiveFile,
    subject: Subject,
    python: Mapping[str, str],
) -> tuple[FilePlace, ...]:
    """Return where a subject is used; *python* are the texts of the project's Python files, by path."""
    if isinstance(subject, QuerySubject):
        return tuple(
            place
            for path, text in python.items()
            for place in calls(path, text, module_name(file), subject.name)
        )
    if isinstance(subject, ClassSubject):
        return tuple(_class_uses(state, subject.name))
    if isinstance(subject, ParameterSubject):
        return parameter_places(file, subject.query, subject.name)
    if isinstance(subject, TableSubject):
        return tuple(_schema_uses(state, schema, subject.table, ""))
    if isinstance(subject, ColumnSubject):
        name = subject.column.name
        return tuple(_schema_uses(state, schema, subject.table, name))
    return ()


def module_name(file: LiveFile) -> str:
    """Return the last part of the name of a query file's module."""
    stem = file.source.path.rpartition("/")[2].removesuffix(".sql")
    return stem.replace("-", "_")


def calls(path: str, text: str, module: str, name: str) -> Iterator[FilePlace]:
    """Yield where a Python file uses a query: `module.name`, or `name` if it imports that from the module."""
    imported = re.search(
        rf"^[ \t]*from[ \t]+[\w.]*\b{re.escape(module)}[ \t]+import[ \t]+"
        rf"(?:\([^)]*|[^\n]*)\b{re.escape(name)}\b",
        text,
        re.MULTILINE,
    )
    before = r"(?<![\w.])" if imported else rf"(?<=\b{re.escape(module)}\.)"
    pattern = re.compile(rf"{before}{re.escape(name)}\b(?![ \t]*=[^=])")
    for match in pattern.finditer(text):
        yield FilePlace(path, *match.span())


def _class_uses(state: LiveState, name: str) -> Iterator[FilePlace]:
    for file in state.files.values():
        for query in file.parsed.queries:
            for text, span in (
                (query.row, query.row_span),
                (query.parameter_class, query.parameter_class_span),
            ):
                if text == name and span:
                    yield FilePlace(file.source.path, span.start, span.end)


def _schema_uses(
    state: LiveState, schema: SchemaIndex | None, table: Relation, column: str
) -> Iterator[FilePlace]:
    """Yield where queries name a table or a column; of one that does so with `*`, its own name."""
    if schema is None:
        return
    for use in uses_of(state, table.schema, table.name, column):
        places = list(_named(use.file, use.typed.query.name, schema, table, column))
        span = use.typed.query.name_span
        if not use.file.source.origin:
            own = FilePlace(use.file.source.path, span.start, span.end)
            yield from places or [own]


def _named(
    file: LiveFile, query: str, schema: SchemaIndex, table: Relation, column: str
) -> Iterator[FilePlace]:
    for section in sections_of(file.source.text):
        if query_name(file, section) != query:
            continue
        words = words_of(section)
        for index, word in enumerate(words):
            if word.name != (column or table.name):
                continue
            found = named_in_schema(words, index, schema, file.source.path)
            if isinstance(found, ColumnSubject):
                if column and found.table is table:
                    yield found.place
            elif found and not column and found.table is table:
                yield found.place
