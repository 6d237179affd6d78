"""A file or folder with query files and TypeScript of PgTyped -> ImportedProject."""

from collections.abc import Mapping
from dataclasses import replace

from ...model.commands import Command
from ...model.diagnostic import Diagnostic
from ...model.source import SourceFile, Span
from ...parse.statements import returns_rows
from ...read import ForeignProject
from ..imported import ImportedFile, ImportedProject, ImportedQuery
from ..names import query_name
from ..query_folder import query_sources
from ..remarks import imported_differently, not_imported
from ..sections import file_sections
from .annotations import HEADER, annotation
from .expansions import Expansion, UntranslatableError, expanded
from .templates import template_queries

_BY_HAND = "write the query by hand, as `sqlgen help queries` says"


def read_project(files: ForeignProject, path: str) -> ImportedProject:
    """Return the queries of PgTyped in the file or folder *path*, in SQL files and in TypeScript."""
    imported: list[ImportedFile] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for source, place in query_sources(files, path, ".sql", ".ts", ".tsx", ".mts"):
        read = _in_sql if source.path.endswith(".sql") else _in_typescript
        queries, remarks, lost = read(source)
        problems += remarks
        left_out += lost
        imported.append(ImportedFile(place, tuple(queries)))
    return ImportedProject(
        files=tuple(imported), problems=tuple(problems), left_out=left_out
    )


def _in_sql(source: SourceFile) -> tuple[list[ImportedQuery], list[Diagnostic], int]:
    queries: list[ImportedQuery] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for section in file_sections(source, HEADER.match):
        read = annotation(section.header.text)
        if read.unknown:
            message = f"the expansion of `{read.unknown[0]}` is not known"
            problems.append(not_imported(message, section.header, _BY_HAND))
            left_out += 1
            continue
        statement = Span(source, section.start, section.end)
        query, remarks = _query(
            section.match["name"], section.statement, read.expansions, statement
        )
        problems += remarks
        if query is None:
            left_out += 1
        else:
            doc = [line for line in section.doc if "@name" not in line]
            queries.append(replace(query, place=section.header, doc=(*doc, *read.doc)))
    return queries, problems, left_out


def _in_typescript(
    source: SourceFile,
) -> tuple[list[ImportedQuery], list[Diagnostic], int]:
    queries: list[ImportedQuery] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for template in template_queries(source):
        if template.problem:
            message = f"`{template.name}` is not imported: {template.problem}"
            problems.append(not_imported(message, template.place, _BY_HAND))
            left_out += 1
            continue
        text = template.sql.strip().rstrip(";").rstrip()
        query, remarks = _query(
            template.name, text, template.expansions, template.place
        )
        # Places in the template are not those in its text.
        problems += [
            replace(remark, label=replace(remark.label, span=template.place))
            for remark in remarks
            if remark.label
        ]
        if query is None:
            left_out += 1
        else:
            queries.append(query)
    return queries, problems, left_out


def _query(
    name: str, text: str, expansions: Mapping[str, Expansion], place: Span
) -> tuple[ImportedQuery | None, list[Diagnostic]]:
    try:
        sql, is_bulk = expanded(text, expansions)
    except UntranslatableError as error:
        span = replace(
            place, start=place.start + error.start, end=place.start + error.end
        )
        return None, [not_imported(f"`{name}`: {error.message}", span, error.hint)]
    remarks = []
    if is_bulk:
        message = f"`{name}` inserts its rows by a statement each, in one round trip"
        hint = "nothing to do, unless a trigger counts statements"
        remarks.append(imported_differently(message, place, hint))
    command = Command.MANY if returns_rows(sql) else Command.EXEC
    return (
        ImportedQuery(
            name=query_name(name),
            command=Command.BATCH if is_bulk else command,
            sql=sql,
            place=place,
        ),
        remarks,
    )
