"""A project -> what its pages show: its schema, and each query beside the Python that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .. import cache, parse, read, render, translate
from ..model.config import Config, Mode
from ..model.diagnostic import Diagnostic, SqlgenError, attempt
from ..model.documentation import (
    Documentation,
    DocumentedQuery,
    DocumentedSchema,
    SqlToken,
)
from ..model.progress import Progress, no_progress
from .analysis.analyzer import AnalysedFile, in_reading_order, typed_queries
from .analysis.internal_errors import reported
from .analysis.recorded_analyzer import open_analyzer
from .schema_origin import schema_scripts, schema_sources
from .typed_functions import at_setting

if TYPE_CHECKING:
    from ..model.typed import TypedQuery

_SQL: Final = frozenset({"sql", "plpgsql"})
"""The languages whose bodies have SQL's tokens."""


def documentation(
    config: Config, *, title: str = "", progress: Progress = no_progress
) -> Documentation:
    """Return what the pages of a project show.

    Raises `SqlgenError` with all errors in its queries, or if there is no schema to analyse against.
    """
    sources = read.queries(config)
    migrations = schema_scripts(config, schema_sources(config))
    store = cache.open_store(config.root)
    with open_analyzer(config, migrations, store, progress) as analyzer:
        routines = analyzer.typed_routines().routines
        sources = (*sources, *parse.routine_files(routines, config.queries))
        files, errors = analyzer.analyse(sources)
        errors = analyzer.all_errors(errors)
        schema = analyzer.documented_schema()
    paths = {
        source.path: path
        for source, path in zip(
            sources, translate.module_paths(sources, config), strict=True
        )
    }
    progress("translating queries")
    queries, problems = _queries(files, paths, config)
    if all_errors := in_reading_order([*errors, *problems]):
        raise SqlgenError(*[at_setting(error, config) for error in all_errors])
    known = [table.key for table in schema.tables]
    known += [type_.key for type_ in schema.types]
    return Documentation(
        title=title,
        schema=_with_tokens(schema),
        queries=queries,
        modules={
            _module(config, paths[file.parsed.file.source.path]): file.parsed.file.doc
            for file in files
        },
        search_path=tuple(config.search_path),
        touched_by=parse.touched_relations(migrations, known, config.search_path),
        routines_touched_by=parse.touched_routines(
            migrations, {routine.key for routine in schema.routines}, config.search_path
        ),
    )


def _queries(
    files: Sequence[AnalysedFile],
    paths: Mapping[str, translate.ModulePath],
    config: Config,
) -> tuple[tuple[DocumentedQuery, ...], tuple[Diagnostic, ...]]:
    typed = [query for file in files for query in typed_queries(file)]
    references = translate.merge_references(
        [translate.type_references(typed, config.aliases)]
    )
    context = translate.translation_context(references, config)

    def documented(query: "TypedQuery") -> DocumentedQuery:
        with reported(query.query.name_span):
            shown = translate.annotations(query, context)
            text, start = _statement(query)
            return DocumentedQuery(
                typed=query,
                module=_module(config, paths[query.query.name_span.source.path]),
                signature=render.signature(
                    shown.function, is_async=config.mode is Mode.ASYNC
                ),
                row=shown.row,
                parameters=shown.parameters,
                columns=shown.columns,
                errors=shown.errors,
                sql=text,
                start=start,
                tokens=_tokens(text),
            )

    return attempt(documented, typed)


def _with_tokens(schema: DocumentedSchema) -> DocumentedSchema:
    """Return the schema with the tokens of its views' queries and its routines' bodies."""
    tables = [
        replace(table, definition_tokens=_tokens(table.definition))
        for table in schema.tables
    ]
    routines = [
        replace(
            routine,
            body_tokens=(
                _tokens(routine.body)
                if routine.language in _SQL
                else (SqlToken("other", 0, len(routine.body)),)
            ),
        )
        for routine in schema.routines
    ]
    return replace(schema, tables=tuple(tables), routines=tuple(routines))


def _tokens(text: str) -> tuple[SqlToken, ...]:
    return tuple([SqlToken(str(kind), a, b) for kind, a, b in parse.tokens(text)])


def _module(config: Config, path: translate.ModulePath) -> str:
    """Return a module's dotted name, from the package on."""
    package = config.output.rpartition("/")[2]
    return f"{package}{path.name}"


def _statement(query: "TypedQuery") -> tuple[str, int]:
    """Return the statement as its author wrote it, and where it starts in the file."""
    sql = query.query.sql
    start, end = sql.to_source(0), sql.to_source(len(sql.text))
    # The server's text ends with a parameter: its name in the file is longer than `$1`.
    end = max(
        [
            end,
            *(
                s.end
                for p in query.query.parameters
                for s in p.spans
                if s.start <= end <= s.end
            ),
        ]
    )
    return sql.source.text[start:end], start
