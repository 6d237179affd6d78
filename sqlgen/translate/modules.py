"""(QueryFile, TypedQuery…)… -> the files of the generated package.

Each query file becomes its modules by itself, which several processes may do, and which is not done
again where nothing has changed. What they share goes through two summaries: what a file *mentions*,
before anything has a name, and what its modules *claim* of the shared files afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from ..model.config import Config, Mode
from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.python import JsonSupport, Module, PythonFile, PyType, Support, TypedMarker
from ..model.query import QueryFile
from ..model.source import SourceFile, Span
from ..model.typed import TypedQuery
from .module_paths import ModulePath, module_paths, package_modules
from .queries import TranslatedQuery, TranslationContext, translate_query
from .shared.models import models_module
from .shared.references import (
    SharedNames,
    TypeReferences,
    merge_references,
    shared_names,
    type_references,
)
from .shared.requirements import SharedRequirements, SharedRow, requirements_of
from .shared.rows import row_span, shared_rows
from .types import overrides
from .types.mapping import TypeMapping
from .types.python_types import MODELS


def package(
    files: Sequence[tuple[QueryFile, Sequence[TypedQuery]]], config: Config
) -> tuple[PythonFile, ...]:
    """The whole generated package, sorted by path.

    Raises `SqlgenError`: a query file that cannot be a module (`bad-module-name`), rows of one name
    with different fields (`row-mismatch`), a name that is taken (`name-taken`), a type that is none
    (`bad-type`).
    """
    sources = [file.source for file, _ in files]
    placed = module_paths(sources, config)
    mentioned = merge_references([type_references(typed) for _, typed in files])
    context = translation_context(mentioned, config)
    done = each(
        lambda item: module(*item[0], item[1], context),
        list(zip(files, placed, strict=True)),
    )
    shared = shared_files(
        mentioned, [claims for _, claims in done], placed, context, sources
    )
    modules = chain.from_iterable(modules for modules, _ in done)
    return tuple(sorted((*modules, *shared), key=lambda file: file.path))


def translation_context(
    mentioned: TypeReferences, config: Config
) -> TranslationContext:
    """What all queries are translated with. Raises `SqlgenError` (`bad-type`)."""
    names: SharedNames = shared_names(mentioned)
    return TranslationContext(
        config=config,
        types=TypeMapping(names.classes, _configured("types", config.types, config)),
        literals=names,
        columns=_configured("columns", config.columns, config),
    )


def module(
    file: QueryFile,
    typed: Sequence[TypedQuery],
    placed: ModulePath,
    context: TranslationContext,
) -> tuple[tuple[Module, ...], SharedRequirements]:
    """The modules of a query file, the async twin last, and what they claim of the shared ones.

    Raises `SqlgenError` (`name-taken`, `bad-type`).
    """
    config = context.config
    queries = each(lambda query: translate_query(query, context, placed.name), typed)
    _check_names(queries)
    made = Module(
        name=placed.name,
        path=placed.path,
        source=file.source.path,
        doc=file.doc,
        is_async=config.mode is Mode.ASYNC,
        records=tuple([x for query in queries for x in query.classes]),
        constants=tuple([query.constant for query in queries]),
        functions=tuple([query.function for query in queries]),
    )
    twins = (_twin(made, config),) if config.mode is Mode.BOTH else ()
    return (made, *twins), requirements_of(made, queries)


def shared_files(
    mentioned: TypeReferences,
    claims: Sequence[SharedRequirements],
    placed: Sequence[ModulePath],
    context: TranslationContext,
    sources: Sequence[SourceFile],
) -> tuple[PythonFile, ...]:
    """The files that are of no query file: `models.py`, `__init__.py` and the like.

    *sources* are the query files. Raises `SqlgenError` (`row-mismatch`, `name-taken`).
    """
    config, by_path = context.config, {source.path: source for source in sources}
    rows = [row for one in claims for row in one.rows]
    records = shared_rows(rows, by_path)
    path = f"{config.output}/models.py"
    common = models_module(path, mentioned, records, claims, context)
    _check_rows(common, rows, by_path)
    everybody = (*claims, requirements_of(common))
    found: list[PythonFile] = [
        *([common] if _holds_anything(common) else []),
        *package_modules(placed, config),
        TypedMarker(f"{config.output}/py.typed"),
    ]
    if any(one.support for one in everybody):
        found.append(Support(f"{config.output}/_support.py"))
    if any(one.json_support for one in everybody):
        found.append(JsonSupport(f"{config.output}/_json.py"))
    return tuple(found)


def _configured(
    table: str, entries: Mapping[str, str], config: Config
) -> dict[str, PyType]:
    """The types of a table of the configuration; an error names the entry."""
    found: dict[str, PyType] = {}
    for key, text in sorted(entries.items()):
        try:
            found[key] = overrides.parsed(text, config.aliases, None)
        except SqlgenError as error:
            raise SqlgenError(
                *(
                    replace(
                        d, message=f"`{key}` in `[tool.sqlgen.{table}]`: {d.message}"
                    )
                    for d in error.diagnostics
                )
            ) from None
    return found


def _twin(module: Module, config: Config) -> Module:
    """The async module that shares the rows and the statements of a sync one."""
    inside = module.path.removeprefix(f"{config.output}/")
    return replace(
        module,
        name=f".aio{module.name}",
        path=f"{config.output}/aio/{inside}",
        is_async=True,
        records=(),
        constants=(),
    )


def _check_names(queries: Sequence[TranslatedQuery]) -> None:
    """No two things of a module may have one name."""
    owners: dict[str, TranslatedQuery] = {}
    for query in queries:
        own = [record.name for record in query.classes]
        inner = [x.name for x in query.structures if x.module != MODELS]
        for name in (query.function.name, query.constant.name, *own, *inner):
            other = owners.setdefault(name, query)
            if other is not query:
                where = query.query.row_span or query.query.name_span
                raise _taken(
                    query.query.name,
                    where,
                    name,
                    f"`{other.query.name}`",
                    other.query.name_span,
                )


def _check_rows(
    common: Module, rows: Sequence[SharedRow], sources: Mapping[str, SourceFile]
) -> None:
    """No row may have the name of a type's class."""
    others = {
        *(enum.name for enum in common.enums),
        *(alias.name for alias in common.aliases),
        *(composite.name for composite in common.composites),
    }
    classes = {record.name for record in common.records}
    owners: dict[str, str] = {}
    for row in rows:
        name, where = row.record.name, row_span(row, sources)
        if name in others:
            raise _taken(row.query, where, name, "a type of the database")
        for inner in [structure.name for structure in row.structures]:
            if inner in others | classes or owners.setdefault(inner, name) != name:
                raise _taken(row.query, where, inner, "another class")


def _taken(
    query: str, where: Span, name: str, owner: str, other: Span | None = None
) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="name-taken",
            message=f"the Python name `{name}` of `{query}` is that of {owner} too",
            label=Label(where),
            related=(Label(other),) if other else (),
            hint="choose another name",
        )
    )


def _holds_anything(module: Module) -> bool:
    return bool(module.enums or module.aliases or module.composites or module.records)
