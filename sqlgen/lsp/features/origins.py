"""A name of the generated code -> where it comes from: a query, its header's class, or a migration."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ...build.live_state import LiveFile, LiveState
from ...model.config import Mode
from ...model.query import Query
from ...parse.names import pascal_case
from .creations import (
    ROUTINES,
    TYPES,
    added_column,
    column_creation,
    constraint_creation,
    creation,
)
from .python_definitions import PythonDefinition, python_definitions
from .results import FilePlace
from .sections import sections_of, words_of
from .signatures import annotations_of

Places = tuple[FilePlace, ...]


def origins(state: LiveState, path: str, name: str) -> Places:
    """Return the places that a function, class, alias or constant of a generated file comes from.

    *path* is the file's, relative to the project's root. Nothing where that is not known.
    """
    return _origins(state, _module_at(state, path), name)


def named_origins(state: LiveState, name: str) -> Places:
    """Return the places of a name as people write it: `patients.get_patient`, `Patient`, `public.patients`.

    A query or class comes before a table or a column of the same name.
    """
    output = state.config.output.strip("/").replace("/", ".") if state.config else ""
    parts = name.removeprefix(f"{output}.").split(".")
    *folders, last = parts
    if folders[:1] == ["aio"] and state.config and state.config.mode is Mode.BOTH:
        folders = folders[1:]
    module = "".join(f".{folder}" for folder in folders)
    modules = [
        _Module(state, file)
        for path, file in state.files.items()
        if not folders or (path in state.modules and state.modules[path].name == module)
    ]
    found = [place for one in modules for place in one.origins(last)]
    if not found and (not folders or module in (".models", ".errors")):
        found += _origins(state, None, last)
    if not found:
        found += [place for one in modules for place in one.prefix_origins(last)]
    if not found:
        own = [p for p, one in state.modules.items() if one.name == f"{module}.{last}"]
        as_files = [FilePlace(path, 0, 0) for path in own]
        in_schema = [*_in_schema(state, parts)]
        # A single word is a table sooner than a module, which is mostly named after one.
        found += (as_files or in_schema) if folders else (in_schema or as_files)
    return tuple(dict.fromkeys(found))


def origin_lenses(
    state: LiveState, path: str, text: str
) -> Iterator[tuple[PythonDefinition, FilePlace]]:
    """Yield each function and class of a generated file with the first place that it comes from.

    Of an overloaded function, only the first `def`.
    """
    names: set[str] = set()
    module = _module_at(state, path)
    for definition in python_definitions(text):
        if definition.is_code and definition.name not in names:
            names.add(definition.name)
            for place in _origins(state, module, definition.name)[:1]:
                yield definition, place


def _origins(state: LiveState, module: "_Module | None", name: str) -> Places:
    if module:
        found = module.origins(name)
    else:
        files = state.files.values()
        found = tuple([place for file in files for place in _headers(file, name)])
    found = found or _of_shared_class(state, name)
    return found or (module.prefix_origins(name) if module else ())


def _module_at(state: LiveState, path: str) -> "_Module | None":
    """Return the module at a path; `None` if it is not made from a query file."""
    config = state.config
    output = config.output.strip("/") if config else ""
    if config and config.mode is Mode.BOTH:
        path = re.sub(rf"\A{re.escape(output)}/aio/", f"{output}/", path)
    for source, module in state.modules.items():
        if module.path == path and source in state.files:
            return _Module(state, state.files[source])
    return None


class _Module:
    """The names in the module of one query file, and the queries that they come from."""

    def __init__(self, state: LiveState, file: LiveFile) -> None:
        self._state = state
        self._file = file

    def origins(self, name: str) -> Places:
        """Return the places of a function, a constant, or a class of rows or parameters."""
        for query in self._file.parsed.queries:
            if name in (query.name, query.name.upper()):
                return tuple(_query_places(self._state, self._file, query))
        named = _headers(self._file, name)
        if not named and name in self._own_classes:
            query = self._own_classes[name]
            return tuple(_query_places(self._state, self._file, query))
        return named

    @cached_property
    def _own_classes(self) -> Mapping[str, Query]:
        """Return the queries by the classes that are named after them: of their rows and parameters."""
        classes: dict[str, Query] = {}
        for typed in self._file.typed:
            if annotations := annotations_of(self._state, typed):
                params = annotations.function.params
                names = (annotations.row, params.name if params else "")
                classes |= dict.fromkeys(filter(None, names), typed.query)
        return classes

    def prefix_origins(self, name: str) -> Places:
        """Return the place of the query whose name, with more behind it, is that of a constant or a class."""
        fitting = [
            query
            for query in self._file.parsed.queries
            if name.startswith((f"{query.name.upper()}_", pascal_case(query.name)))
        ]
        longest = max(fitting, key=lambda query: len(query.name), default=None)
        if longest is None:
            return ()
        return tuple(_query_places(self._state, self._file, longest))


def _headers(file: LiveFile, name: str) -> Places:
    """Return where the headers of a query file name a class."""
    return tuple(
        [
            FilePlace(file.source.path, span.start, span.end)
            for query in file.parsed.queries
            for text, span in (
                (query.row, query.row_span),
                (query.parameter_class, query.parameter_class_span),
            )
            if text == name and span
        ]
    )


def _query_places(
    state: LiveState, file: LiveFile, query: Query
) -> Iterator[FilePlace]:
    """Yield the place of a query's name; of one that calls a routine, where that was created."""
    if not file.source.origin:
        span = query.name_span
        yield FilePlace(file.source.path, span.start, span.end)
        return
    for section in sections_of(file.source.text):
        if section.name == query.name:
            words = words_of(section)
            called = [n for n, word in enumerate(words) if word.text == "("][:1]
            for index in called:
                yield from creation(state.scripts, words[index - 1].name, ROUTINES)


def _of_shared_class(state: LiveState, name: str) -> Places:
    """Return the places of a class that all modules share."""
    if state.context is None:
        return ()
    names, scripts = state.context.names, state.scripts
    for (_, type_name), class_ in names.classes.items():
        if class_ == name:
            return creation(scripts, type_name, TYPES)
    for (column, _), alias in names.columns.items():
        if alias == name:
            return column_creation(scripts, column.relation, column.column)
    for violation, class_ in names.errors.items():
        if class_ == name:
            return constraint_creation(scripts, violation.relation, violation.name)
    return ()


def _in_schema(state: LiveState, parts: Sequence[str]) -> Places:
    """Return where a table, type or routine `[SCHEMA.]NAME`, or a column `[SCHEMA.]TABLE.COLUMN`, was made."""
    scripts = state.scripts
    if found := creation(scripts, parts[-1], (*TYPES, *ROUTINES)):
        return found
    if len(parts) > 1 and creation(scripts, parts[-2]):
        return added_column(scripts, parts[-2], parts[-1])
    return ()
