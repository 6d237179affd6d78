"""(QueryFile, TypedQuery…)… -> the files of the generated package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..model.config import Config, Mode
from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.python import JsonSupport, Module, PythonFile, PyType, Support, TypedMarker
from ..model.query import QueryFile
from ..model.source import Span
from ..model.typed import TypedQuery
from . import overrides
from .modules import Place, packages, places
from .queries import Context, Translated, translated
from .rows import shared_rows
from .shared import class_names, literals, models, shared_types
from .types import MODELS, Types
from .uses import uses_json_support, uses_support


@dataclass(frozen=True, slots=True)
class _File:
    """A query file with its place in the package and what became of its queries."""

    file: QueryFile
    place: Place
    queries: tuple[Translated, ...]


def package(
    files: Sequence[tuple[QueryFile, Sequence[TypedQuery]]], config: Config
) -> tuple[PythonFile, ...]:
    """The whole generated package, sorted by path.

    Raises `SqlgenError`: a query file that cannot be a module (`bad-module-name`), rows of one name
    with different fields (`row-mismatch`), a name that is taken (`name-taken`), a type that is none
    (`bad-type`).
    """
    queries = [query for _, typed in files for query in typed]
    shared = shared_types(queries)
    classes = class_names(shared)
    context = context_of(queries, classes, config)
    placed = places([file for file, _ in files], config)
    done = each(
        lambda item: _File(
            item[0][0],
            item[1],
            each(lambda query: translated(query, context, item[1].name), item[0][1]),
        ),
        list(zip(files, placed, strict=True)),
    )
    each(_check_names, done)
    records = shared_rows([query for file in done for query in file.queries])
    modules = [_module(file, config) for file in done]
    common = models(queries, shared, records, modules, context.types, context.literals)
    _check_rows(common, done)
    path = f"{config.output}/models.py"
    found: list[PythonFile] = [
        *modules,
        *([replace(common, path=path)] if _holds_anything(common) else []),
        *packages(placed, config),
        TypedMarker(f"{config.output}/py.typed"),
    ]
    if config.mode is Mode.BOTH:
        found += [_twin(module, config) for module in modules]
    if any(uses_support(module) for module in (*modules, common)):
        found.append(Support(f"{config.output}/_support.py"))
    if any(uses_json_support(module) for module in (*modules, common)):
        found.append(JsonSupport(f"{config.output}/_json.py"))
    return tuple(sorted(found, key=lambda file: file.path))


def context_of(
    queries: Sequence[TypedQuery],
    classes: Mapping[tuple[str, str], str],
    config: Config,
) -> Context:
    """What all queries are translated with. Raises `SqlgenError` (`bad-type`)."""
    return Context(
        config=config,
        types=Types(classes, _configured("types", config.types, config)),
        literals=literals(queries, classes),
        columns=_configured("columns", config.columns, config),
    )


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


def _module(file: _File, config: Config) -> Module:
    return Module(
        name=file.place.name,
        path=file.place.path,
        source=file.file.source.path,
        doc=file.file.doc,
        is_async=config.mode is Mode.ASYNC,
        records=tuple(x for query in file.queries for x in query.classes),
        constants=tuple(query.constant for query in file.queries),
        functions=tuple(query.function for query in file.queries),
    )


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


def _check_names(file: _File) -> None:
    """No two things of a module may have one name."""
    owners: dict[str, Translated] = {}
    for query in file.queries:
        own = [record.name for record in query.classes]
        inner = [x.name for x in query.structures if x.module != MODELS]
        for name in (query.function.name, query.constant.name, *own, *inner):
            other = owners.setdefault(name, query)
            if other is not query:
                raise SqlgenError(_taken(query, name, f"`{other.query.name}`", other))


def _check_rows(common: Module, files: Sequence[_File]) -> None:
    """No row may have the name of a type's class."""
    others = {
        *(enum.name for enum in common.enums),
        *(alias.name for alias in common.aliases),
        *(composite.name for composite in common.composites),
    }
    rows = {record.name for record in common.records}
    owners: dict[str, str] = {}
    for query in (query for file in files for query in file.queries if query.shared):
        row = query.shared.name if query.shared else ""
        if row in others:
            raise SqlgenError(_taken(query, row, "a type of the database", None))
        for name in [structure.name for structure in query.structures]:
            if name in others | rows or owners.setdefault(name, row) != row:
                raise SqlgenError(_taken(query, name, "another class", None))


def _taken(
    query: Translated, name: str, owner: str, other: Translated | None
) -> Diagnostic:
    place: Span = query.query.row_span or query.query.name_span
    return Diagnostic(
        code="name-taken",
        message=f"the Python name `{name}` of `{query.query.name}` is that of {owner} too",
        label=Label(place),
        related=(Label(other.query.name_span),) if other else (),
        hint="choose another name",
    )


def _holds_anything(module: Module) -> bool:
    return bool(module.enums or module.aliases or module.composites or module.records)
