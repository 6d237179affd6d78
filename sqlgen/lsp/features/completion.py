"""A place in a query file -> what may be written there.

Works on the text and the catalog alone: while one types, there is no query that could be analysed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ...build.live_state import LiveState
from ...model.catalog import Relation
from ...model.commands import COMMANDS
from ...model.identifiers import quoted
from ...model.query import WARNINGS
from ...parse.directives import FORMS
from ...parse.lexer import Kind
from .names_in_scope import (
    TableReference,
    common_table_expressions,
    table_references,
    visible,
)
from .output_columns import output_names
from .results import CompletionKind, Completions, FilePlace, Offer
from .schema_index import SchemaIndex
from .sections import (
    Section,
    SqlWord,
    is_in_comment_or_string,
    section_at,
    words_of,
)

_WORD: Final = re.compile(r"\w*\Z")
_HEADER: Final = re.compile(r"[ \t]*--[ \t]*name:[ \t]*(?P<rest>.*)\Z")
_DIRECTIVE: Final = re.compile(r"[ \t]*--[ \t]*sqlgen:[ \t]*(?P<rest>.*)\Z")
_PARAMETERS: Final = re.compile(r"(?<![:\w]):([^\W\d]\w*)")
_OF_PARAMETERS: Final = ("optional ", "default ", "require one of ", "parameter ")
_BEFORE_TABLE: Final = ("from", "join", "into", "update", "table", "only")


def completions(
    state: LiveState, schema: SchemaIndex | None, path: str, text: str, offset: int
) -> Completions:
    """Return what may be written at a place of a query file; nothing where that is not known."""
    match = _WORD.search(text, 0, offset)
    start = match.start() if match else offset
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    section = section_at(text, offset)
    if line.lstrip().startswith("--"):
        offers = _in_comment(state, section, line)
    elif is_in_comment_or_string(section, offset):
        offers = iter(())
    else:
        offers = _in_statement(schema, section, start)
    unique: dict[str, Offer] = {}
    for offer in offers:  # the nearest of several of one name
        unique.setdefault(offer.text, offer)
    return Completions(tuple(unique.values()), FilePlace(path, start, offset))


def _in_comment(state: LiveState, section: Section, line: str) -> Iterator[Offer]:
    """Offer the words of headers and directives."""
    if match := _HEADER.match(line):
        rest = match["rest"]
        if re.search(r"->[ \t]*\w*\Z", rest):
            names = _classes(state)
            yield from _offers(names, CompletionKind.CLASS, "row class")
        elif re.search(r"[\s)]:\w*\Z", rest):
            yield from _offers(COMMANDS, CompletionKind.KEYWORD, "command")
        elif re.search(r":\w+[ \t]+\Z", rest):
            yield from _offers(["->"], CompletionKind.KEYWORD, "row class")
    elif match := _DIRECTIVE.match(line):
        rest = match["rest"]
        if re.match(r"allow\s", rest):
            yield from _offers(WARNINGS, CompletionKind.KEYWORD, "warning")
        elif rest.startswith(_OF_PARAMETERS):
            names = _parameters(section)
            yield from _offers(names, CompletionKind.VARIABLE, "parameter")
        elif re.fullmatch(r"\w*", rest):
            for word, form in FORMS.items():
                if word != "squashes":
                    yield Offer(word, CompletionKind.KEYWORD, form)
    elif re.fullmatch(r"[ \t]*--[ \t]*\w*", line):
        for word in ("name: ", "sqlgen: "):
            yield Offer(word, CompletionKind.KEYWORD)


def _in_statement(
    schema: SchemaIndex | None, section: Section, start: int
) -> Iterator[Offer]:
    """Offer parameters, types, tables, columns or functions, by what stands before the place."""
    words = words_of(section)
    before = [word for word in words if word.end <= start]
    last = before[-1] if before else None
    if last and last.end == start and last.kind is Kind.COLON:
        names = [*_parameters(section), *_column_names(schema, words, start)]
        yield from _offers(names, CompletionKind.VARIABLE, "parameter")
        return
    if schema is None:
        return
    if last and last.end == start and last.text == "::":
        yield from _offers(schema.types, CompletionKind.TYPE_PARAMETER, "type")
    elif last and last.end == start and last.text == "." and len(before) > 1:
        yield from _behind_point(schema, words, before[-2], start)
    elif last and (last.is_word(*_BEFORE_TABLE) or _is_in_from_list(before)):
        yield from _tables(schema, words)
    else:
        yield from _columns(schema, words, start)
        yield from _functions(schema)


def _behind_point(
    schema: SchemaIndex, words: tuple[SqlWord, ...], qualifier: SqlWord, start: int
) -> Iterator[Offer]:
    """Offer the columns of a table's alias, or the tables of a schema."""
    references = table_references(words)
    for reference in visible(references, words, start):
        if reference.alias == qualifier.name and qualifier not in reference.words:
            yield from _columns_of(schema, words, reference)
            return
    for (name, _), table in schema.tables.items():
        if name == qualifier.name:
            yield _table(table, quoted(table.name))


def _is_in_from_list(before: list[SqlWord]) -> bool:
    """Return whether the words end in a comma between tables: `FROM a, `."""
    if not before or before[-1].text != ",":
        return False
    group = before[-1].group
    for word in reversed(before[:-1]):
        if word.group == group and word.kind is Kind.WORD:
            if word.is_word("from"):
                return True
            if word.is_word(
                "select", "where", "on", "by", "set", "returning", "values"
            ):
                return False
    return False


def _tables(schema: SchemaIndex, words: tuple[SqlWord, ...]) -> Iterator[Offer]:
    for name, _ in common_table_expressions(words):
        yield Offer(quoted(name), CompletionKind.STRUCT, "WITH", 0)
    for table in schema.tables.values():
        yield _table(table, schema.written(table), 1)


def _table(table: Relation, text: str, rank: int = 0) -> Offer:
    kind = "view" if table.kind.value in "vm" else "table"
    return Offer(text, CompletionKind.STRUCT, kind, rank)


def _columns(
    schema: SchemaIndex, words: tuple[SqlWord, ...], start: int
) -> Iterator[Offer]:
    """Offer the columns of the tables in scope, and their aliases."""
    scope = visible(table_references(words), words, start)
    for reference in scope:
        yield from _columns_of(schema, words, reference)
    for reference in scope:
        yield Offer(
            quoted(reference.alias), CompletionKind.REFERENCE, reference.table, 1
        )


def _columns_of(
    schema: SchemaIndex, words: tuple[SqlWord, ...], reference: TableReference
) -> Iterator[Offer]:
    if not reference.schema:
        for name, opening in common_table_expressions(words):
            if name == reference.table:
                for column in output_names(words[opening + 1 :]):
                    yield Offer(quoted(column), CompletionKind.FIELD, name)
                return
    table = schema.table(reference.schema, reference.table)
    for one in table.columns.values() if table else ():
        null = " NOT NULL" if one.not_null else ""
        detail = f"{reference.table}: {one.type.display}{null}"
        yield Offer(quoted(one.name), CompletionKind.FIELD, detail)


def _column_names(
    schema: SchemaIndex | None, words: tuple[SqlWord, ...], start: int
) -> list[str]:
    """Return the names of columns that can be parameters."""
    if schema is None:
        return []
    scope = visible(table_references(words), words, start)
    tables = [schema.table(one.schema, one.table) for one in scope]
    names = [c.name for table in tables if table for c in table.columns.values()]
    return [name for name in names if name.isidentifier()]


def _functions(schema: SchemaIndex) -> Iterator[Offer]:
    for routine in schema.functions:
        name = quoted(routine.name)
        if routine.schema not in schema.search_path:
            name = f"{quoted(routine.schema)}.{name}"
        detail = f"({', '.join(routine.arguments)}) {routine.result}"
        yield Offer(name, CompletionKind.FUNCTION, detail, 2)
    yield from _offers(schema.system_functions, CompletionKind.FUNCTION, "", 3)


def _parameters(section: Section) -> list[str]:
    body = section.text[section.header_end : section.end]
    return [match[1] for match in _PARAMETERS.finditer(body)]


def _classes(state: LiveState) -> list[str]:
    """Return the row classes that the project's queries name."""
    return sorted(
        {
            query.row
            for file in state.files.values()
            for query in file.parsed.queries
            if query.row
        }
    )


def _offers(
    texts: Iterable[str], kind: CompletionKind, detail: str, rank: int = 0
) -> Iterator[Offer]:
    return (Offer(text, kind, detail, rank) for text in texts)
