"""A place in a query file -> the thing that stands there: a query, a class, a parameter, a table, a column."""

import re
from typing import Final

from ...build.live_state import LiveFile
from ...model.catalog import Column, Relation
from ...model.frozen import frozen
from ...parse.lexer import Kind
from .names_in_scope import (
    common_table_expressions,
    qualified_name,
    table_references,
    visible,
)
from .output_columns import output_items
from .results import FilePlace
from .schema_index import SchemaIndex, column_of
from .sections import Section, SqlWord, section_at, words_of

_PARAMETER: Final = re.compile(r":(?P<name>[^\W\d]\w*)[!?]?(?:\[[!?]\])?")


@frozen
class QuerySubject:
    """A query, named in its header."""

    name: str
    place: FilePlace


@frozen
class ClassSubject:
    """A row class or a class of parameters, named in a header."""

    name: str
    place: FilePlace


@frozen
class ParameterSubject:
    """A parameter of the query *query*."""

    query: str
    name: str
    place: FilePlace


@frozen
class TableSubject:
    """A table or view."""

    table: Relation
    place: FilePlace


@frozen
class ColumnSubject:
    """A column of a table or view; `output` is its position among the query's columns, -1 if it is none."""

    table: Relation
    column: Column
    place: FilePlace
    query: str = ""
    output: int = -1


@frozen
class OutputSubject:
    """A column of a query's result that is no table's column alone, or is several at once (`*`)."""

    query: str
    columns: tuple[int, ...]
    place: FilePlace


Subject = (
    QuerySubject
    | ClassSubject
    | ParameterSubject
    | TableSubject
    | ColumnSubject
    | OutputSubject
)


def subject_at(
    file: LiveFile, schema: SchemaIndex | None, offset: int
) -> Subject | None:
    """Return what stands at a place of a query file; `None` if that is nothing known."""
    text, path = file.source.text, file.source.path
    section = section_at(text, offset)
    if section.start <= offset <= section.header_end:
        return _in_header(section, path, offset)
    words = words_of(section)
    index = word_index(words, offset)
    if index is None:
        return None
    word = words[index]
    if parameter := parameter_at(text, words, index):
        name, start, end = parameter
        return ParameterSubject(
            query_name(file, section), name, FilePlace(path, start, end)
        )
    found = named_in_schema(words, index, schema, path) if schema else None
    output = _output(file, section, words, word, path)
    if isinstance(found, ColumnSubject) and output and len(output.columns) == 1:
        return ColumnSubject(
            found.table, found.column, found.place, output.query, output.columns[0]
        )
    return found or output


def query_name(file: LiveFile, section: Section) -> str:
    """Return the name of a section's query, also in a file without headers."""
    if section.name or not file.parsed.queries:
        return section.name
    return file.parsed.queries[0].name


def word_index(words: tuple[SqlWord, ...], offset: int) -> int | None:
    """Return the index of the word that a place is in or right behind; `None` if there is none."""
    touching = [n for n, w in enumerate(words) if w.start <= offset <= w.end]
    if not touching:
        return None
    return max(touching, key=lambda n: (bool(words[n].name), words[n].start))


def parameter_at(
    text: str, words: tuple[SqlWord, ...], index: int
) -> tuple[str, int, int] | None:
    """Return the name of the parameter `:name` that a word is part of, and its place."""
    for number in (index, index - 1):
        if number >= 0 and words[number].kind is Kind.COLON:
            match = _PARAMETER.match(text, words[number].start)
            if match and match.start() <= words[index].start < match.end():
                return match["name"], *match.span()
    return None


def named_in_schema(
    words: tuple[SqlWord, ...], index: int, schema: SchemaIndex, path: str
) -> TableSubject | ColumnSubject | None:
    """Return the table or column that a name stands for; `None` where that is not certain."""
    names = qualified_name(words, index)
    before = words[index - 1] if index else None
    is_parameter = (
        before and before.kind is Kind.COLON and before.end == words[index].start
    )
    if not names or is_parameter:
        return None
    word, references = words[index], table_references(words)
    place = FilePlace(path, word.start, word.end)
    ctes = {name for name, _ in common_table_expressions(words)}

    def relation(schema_name: str, table: str) -> Relation | None:
        is_cte = not schema_name and table in ctes
        return None if is_cte else schema.table(schema_name, table)

    for reference in references:
        if word in reference.words and word is reference.words[-1]:
            table = relation(reference.schema, reference.table)
            return TableSubject(table, place) if table else None
    position = names.index(word)
    scope = visible(references, words, word.start)
    if position == 0 and len(names) > 1:  # an alias, or a table's name
        tables = [one for one in scope if one.alias == word.name]
        table = relation(tables[0].schema, tables[0].table) if tables else None
        return TableSubject(table, place) if table else None
    if len(names) > 1:
        scope = tuple([one for one in scope if one.alias == names[position - 1].name])[
            :1
        ]
    found = [
        (table, column)
        for one in scope
        if (table := relation(one.schema, one.table))
        and (column := column_of(table, word.name))
    ]
    if len(found) == 1:
        return ColumnSubject(*found[0], place)
    if len(names) == 1 and not found:  # a whole row
        tables = [one for one in scope if one.alias == word.name]
        table = relation(tables[0].schema, tables[0].table) if tables else None
        return TableSubject(table, place) if table else None
    return None


def _in_header(section: Section, path: str, offset: int) -> Subject | None:
    part = section.part_at(offset)
    for name, start, end in section.names:
        if name == part and start < end:
            text, place = section.text[start:end], FilePlace(path, start, end)
            if part == "name":
                return QuerySubject(text, place)
            if part in ("row", "class"):
                return ClassSubject(text, place)
    return None


def _output(
    file: LiveFile,
    section: Section,
    words: tuple[SqlWord, ...],
    word: SqlWord,
    path: str,
) -> OutputSubject | None:
    name = query_name(file, section)
    typed = file.typed_query(name)
    if typed is None:
        return None
    for item in output_items(typed, words):
        if item.start <= word.start < item.end:
            place = FilePlace(path, item.start, item.end)
            return OutputSubject(name, item.columns, place)
    return None
