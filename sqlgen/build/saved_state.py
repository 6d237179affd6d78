"""A project as it stands on disk -> `LiveState`: from the records of builds where nothing has changed."""

from .. import cache, parse, read, translate
from ..model.config import Config
from ..model.diagnostic import SqlgenError
from ..model.progress import Progress, no_progress
from .analysis.analyzer import in_reading_order, typed_queries
from .analysis.recorded_analyzer import open_analyzer
from .live_state import LiveFile, LiveState
from .schema_origin import schema_scripts, schema_sources
from .typed_functions import at_setting


def saved_state(config: Config, *, progress: Progress = no_progress) -> LiveState:
    """Return all that is known of a project, with the errors in its queries, but no `catalog`.

    A server is started only if some query was not analysed before. Raises `SqlgenError` if there is no
    schema to analyse against, or for a configured type that cannot be read.
    """
    scripts = schema_sources(config)
    migrations = schema_scripts(config, scripts)
    store = cache.open_store(config.root)
    with open_analyzer(config, migrations, store, progress) as analyzer:
        routines = analyzer.typed_routines().routines
        sources = (
            *read.queries(config),
            *parse.routine_files(routines, config.queries),
        )
        analysed, errors = analyzer.analyse(sources)
        errors = analyzer.all_errors(errors)
    files = {
        file.parsed.file.source.path: LiveFile(file.parsed.file, typed_queries(file))
        for file in analysed
    }
    queries = [query for file in files.values() for query in file.typed]
    references = translate.type_references(queries, config.aliases)
    context = translate.translation_context(references, config)
    try:
        paths = translate.module_paths(sources, config)
    except SqlgenError as error:
        paths, errors = (), (*errors, *error.diagnostics)
    return LiveState(
        root=config.root,
        config=config,
        files=files,
        scripts=scripts,
        migrations=migrations,
        context=context,
        modules={s.path: path for s, path in zip(sources, paths, strict=False)},
        diagnostics=tuple([at_setting(e, config) for e in in_reading_order(errors)]),
        is_complete=True,
    )
