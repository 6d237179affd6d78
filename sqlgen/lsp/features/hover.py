"""A subject -> a text about it in Markdown, as `sqlgen describe` says it."""

import re

from ...build.live_state import LiveFile, LiveState
from ...model.catalog import Column, Relation, RelationKind
from ...model.typed import TypedQuery
from .results import Hover
from .signatures import annotations_of, returned
from .subjects import (
    ColumnSubject,
    OutputSubject,
    ParameterSubject,
    QuerySubject,
    Subject,
    TableSubject,
)
from .usage import UsingQuery, uses_of

_MOST = 8
"""Queries that are named at most."""
_KINDS = {
    RelationKind.VIEW: "view",
    RelationKind.MATERIALIZED_VIEW: "materialized view",
    RelationKind.FOREIGN_TABLE: "foreign table",
}
_ROWS = {
    "none": "gives no rows",
    "one": "gives exactly one row",
    "optional": "gives at most one row",
    "many": "may give many rows",
}


def hover(state: LiveState, file: LiveFile, subject: Subject) -> Hover | None:
    """Return what is known of a subject; `None` if that is nothing."""
    blocks: list[str] = []
    if isinstance(subject, TableSubject):
        blocks = _table(state, subject.table)
    elif isinstance(subject, QuerySubject):
        typed = file.typed_query(subject.name)
        blocks = _query(state, typed) if typed else []
    elif isinstance(subject, ParameterSubject):
        typed = file.typed_query(subject.query)
        blocks = _parameter(state, typed, subject.name) if typed else []
    elif isinstance(subject, OutputSubject | ColumnSubject):
        typed = file.typed_query(subject.query)
        if isinstance(subject, OutputSubject):
            columns = subject.columns
        else:
            columns = (subject.output,) if subject.output >= 0 else ()
        if typed and columns:
            blocks = [_output(state, typed, columns)]
        if isinstance(subject, ColumnSubject):
            blocks += _column(state, subject.table, subject.column)
    return Hover("\n\n".join(blocks), subject.place) if blocks else None


def _query(state: LiveState, typed: TypedQuery) -> list[str]:
    annotations = annotations_of(state, typed)
    access = (
        "only reads" if typed.read_only else f"may write: {_plain(typed.may_write)}"
    )
    rows = typed.query.command.spec.returns
    counted = f"gives {rows}" if rows else _ROWS[typed.cardinality.value]
    blocks = [f"{counted}, {access}"]
    if annotations:
        arguments = ", ".join(
            f"{parameter.name}: {annotation}"
            for parameter, annotation in zip(
                typed.parameters, annotations.parameters, strict=True
            )
        )
        signature = f"{typed.query.name}({arguments}) -> {returned(typed, annotations)}"
        blocks.insert(0, _code(signature, "python"))
        if annotations.errors:
            blocks.append("raises " + ", ".join(map(_inline, annotations.errors)))
    if typed.query.doc:
        blocks.append(_code(typed.query.doc, "text"))
    return blocks


def _parameter(state: LiveState, typed: TypedQuery, name: str) -> list[str]:
    annotations = annotations_of(state, typed)
    for index, parameter in enumerate(typed.parameters):
        if parameter.name == name:
            python = annotations.parameters[index] if annotations else ""
            line = _typed(f":{name}", parameter.type.display, python)
            return [f"{line}\n\n{_plain(parameter.reason)}"]
    return []


def _output(state: LiveState, typed: TypedQuery, columns: tuple[int, ...]) -> str:
    annotations = annotations_of(state, typed)
    lines = []
    for index in columns:
        column = typed.columns[index]
        python = ""
        if annotations and len(annotations.columns) == len(typed.columns):
            python = annotations.columns[index]
        line = _typed(column.name, column.type.display, python)
        lines.append(f"{line}: {_plain(column.reason)}")
    return "\n\n".join(lines) if len(lines) == 1 else "- " + "\n- ".join(lines)


def _table(state: LiveState, table: Relation) -> list[str]:
    kind = _KINDS.get(table.kind, "table")
    blocks = [f"{kind} {_inline(f'{table.schema}.{table.name}')}"]
    columns = "\n".join(
        f"{column.name} {column.type.display}{' NOT NULL' if column.not_null else ''}"
        for column in table.columns.values()
    )
    blocks.append(_code(columns, "sql"))
    blocks += [
        f"CHECK {_inline(check.name)}: {_inline(check.definition)}"
        for check in table.checks
    ]
    if table.comment:
        blocks.append(_code(table.comment, "text"))
    return blocks + _users(uses_of(state, table.schema, table.name))


def _column(state: LiveState, table: Relation, column: Column) -> list[str]:
    name = f"{table.schema}.{table.name}.{column.name}"
    line = f"column {_inline(name)} {_inline(column.type.display)}"
    if column.not_null:
        line += ", NOT NULL"
    if column.generated:
        line += ", generated"
    elif column.has_default:
        line += ", has a default"
    blocks = [line]
    word = re.compile(rf"(?<!\w){re.escape(column.name)}(?!\w)")
    blocks += [
        f"CHECK {_inline(check.name)}: {_inline(check.definition)}"
        for check in table.checks
        if word.search(check.definition)
    ]
    if column.comment:
        blocks.append(_code(column.comment, "text"))
    return blocks + _users(uses_of(state, table.schema, table.name, column.name))


def _users(uses: tuple[UsingQuery, ...]) -> list[str]:
    readers = [use for use in uses if use.reads]
    writers = [use for use in uses if use.writes]
    lines = [("read by", readers), ("written by", writers)]
    return [f"{title} {_named(users)}" for title, users in lines if users]


def _named(uses: list[UsingQuery]) -> str:
    names = [_inline(use.typed.query.name) for use in uses[:_MOST]]
    more = len(uses) - _MOST
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _typed(name: str, sql: str, python: str) -> str:
    line = f"{_inline(name)} {_inline(sql)}"
    return f"{line} → {_inline(python)}" if python else line


def _inline(text: str) -> str:
    """Return a text as code within a line: in more backticks than it has itself."""
    text = " ".join(text.split())
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def _code(text: str, language: str) -> str:
    """Return a text as a block of code, which ends in more backticks than it has itself."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _plain(text: str) -> str:
    """Return a text without what Markdown takes for its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", " ".join(text.split()))
