"""TypedQuery <-> the files of the lock, in `.sqlgen/` inside the generated package.

There is one file for each query file, and `schema.json` for what they share: the migrations'
checksums, a digest of the settings that types depend on, and the types. Everything is sorted, one
item a line, and there are no version numbers, so that branches seldom conflict. `sqlgen build`
resolves conflicts by writing the files again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..model.catalog import CompositeType
from ..model.config import Config, ModelScope
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.output import LOCK_FOLDER, LOCK_MARKER, GeneratedFile
from ..model.query import QueryFile
from ..model.routines import TypedRoutine, is_named_by
from ..model.source import SourceFile, Span
from ..model.typed import TypedQuery
from .entries import EntryWriter, decoder, read
from .fingerprints import fingerprint
from .grammar import (
    Check,
    check_entry,
    check_query_file,
    check_schema,
    check_type,
)
from .json_text import encoded, quoted
from .routines import read_routine, routine_data
from .types import Data, TypeReader, TypeWriter

_BROKEN = (
    *(KeyError, TypeError, ValueError, IndexError, AttributeError),
    RecursionError,  # thousands of brackets
)

TypeTable = Mapping[str, Data]
"""The types that occur in lock files, as plain data by the name that PostgreSQL displays."""


def query_file(
    config: Config, file: QueryFile, typed: Sequence[TypedQuery]
) -> tuple[GeneratedFile, TypeTable]:
    """Return the lock file of a query file, and the types that occur in it."""
    writer = EntryWriter()
    entries = {query.query.name: writer.entry(query) for query in typed}
    path = lock_path(config, file.source.path)
    return _file(path, _queries(entries)), writer.types.types


def schema_file(
    config: Config,
    migrations: Iterable[SourceFile],
    types: Iterable[TypeTable],
    routines: Sequence[TypedRoutine] = (),
    tables: Iterable[CompositeType] = (),
) -> GeneratedFile:
    """Return the lock file with what all query files share.

    *migrations* are the up files in order, *types* those of each query file. A name has only one
    type in a database, since `format_type` qualifies names that are not visible on the search path.
    *routines* are those that have query files of their own.
    *tables* are the rows of all tables, if all have a class.
    """
    writer = TypeWriter()
    names = [writer.name(table) for table in tables]
    merged: dict[str, Data] = {}
    for table in (*types, writer.types):
        for name, data in table.items():
            merged.setdefault(name, data)
    schema = {**_facts(config, migrations), "types": merged}
    if routines:
        schema["routines"] = [routine_data(routine) for routine in routines]
    if names:
        schema["tables"] = names
    return _file(schema_path(config), ",\n".join(_lines(schema)))


def schema_path(config: Config) -> str:
    """Return the path of the lock file that all query files share."""
    return f"{config.output}/{LOCK_FOLDER}/schema.json"


class Lockfile:
    """The lock of a project, read from *generated* (contents by path).

    `stale` has an error for each difference of *migrations* (the up files) and settings from the
    recorded ones. The constructor raises `SqlgenError` if the lock is missing or unreadable.
    """

    def __init__(
        self,
        config: Config,
        migrations: Sequence[SourceFile],
        generated: Mapping[str, bytes],
    ) -> None:
        schema = _data(schema_path(config), generated, check_schema)
        noun = "the schema of" if config.schema else "the migration"
        now = _facts(config, migrations)
        self.stale = tuple(_changed(schema, now, migrations, noun))
        self._config = config
        self._generated = generated
        self._routines = schema.get("routines", [])
        self._types = TypeReader(schema.get("types", {}), check_type)
        self._tables: list[str] = schema.get("tables", [])
        self._decoder = decoder(self._types)

    def tables(self) -> tuple[CompositeType, ...]:
        """Return the rows of all tables, if all have a class. Raises `SqlgenError` for a broken lock."""
        try:
            types = [self._types.type(name) for name in self._tables]
        except _BROKEN:
            raise unreadable_lock(schema_path(self._config)) from None
        tables = tuple([type_ for type_ in types if isinstance(type_, CompositeType)])
        if len(tables) < len(types):
            raise unreadable_lock(schema_path(self._config))
        return tables

    def routines(self) -> tuple[TypedRoutine, ...]:
        """Return the recorded functions and procedures.

        Raises `SqlgenError` if one is not what the configuration names, or cannot be read.
        """
        try:
            routines = tuple([read_routine(data) for data in self._routines])
        except _BROKEN:
            raise unreadable_lock(schema_path(self._config)) from None
        patterns = self._config.typed_functions
        for routine in routines:
            if not any(is_named_by(p, routine.schema, routine.name) for p in patterns):
                raise unreadable_lock(schema_path(self._config))
        return routines

    def queries(
        self, file: QueryFile
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
        """Return the analysed queries of a file, and an error for each that has changed since.

        Raises `SqlgenError` if the file's lock cannot be read.
        """
        path = lock_path(self._config, file.source.path)
        is_locked = path in self._generated
        data = _data(path, self._generated, check_query_file) if is_locked else {}
        entries = data.get("queries", {})
        typed: list[TypedQuery] = []
        stale: list[Diagnostic] = []
        for query in file.queries:
            try:
                entry = entries.get(query.name, {})
                if entry.get("fingerprint") == fingerprint(query):
                    typed.append(read(query, entry, self._decoder))
                    continue
            except _BROKEN:
                raise unreadable_lock(path) from None
            place = Label(query.name_span)
            stale.append(
                _stale(f"the query `{query.name}` was changed or added", place)
            )
        return tuple(typed), tuple(stale)


def column_users(
    config: Config, generated: Mapping[str, bytes]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the names of the queries that read or write each column, as of the last build.

    A key is a table's name and a column's. The result is empty without a lock. Raises `SqlgenError`
    if the lock cannot be read.
    """
    folder = f"{config.output}/{LOCK_FOLDER}/queries/"
    users: dict[tuple[str, str], tuple[str, ...]] = {}
    for path in sorted(p for p in generated if p.startswith(folder)):
        queries = _data(path, generated, check_query_file).get("queries", {})
        for name, query in queries.items():
            try:
                check_entry(query)
            except _BROKEN:
                raise unreadable_lock(path) from None
            columns = (*query.get("reads", ()), *query.get("writes", ()))
            for table, column in {(table, column) for _, table, column in columns}:
                users[table, column] = (*users.get((table, column), ()), name)
    return users


def _facts(config: Config, migrations: Iterable[SourceFile]) -> Data:
    """Return the digests of the settings and migrations that the recorded types depend on.

    A live database has none: it can be compared only where it can be reached.
    """
    if config.schema and config.schema.database:
        migrations = ()
    settings: tuple[object, ...] = (
        config.search_path,
        config.array_elements.value,
        config.never_null,
    )
    if config.typed_functions:
        settings = (*settings, config.typed_functions)
    if config.models is ModelScope.ALL:
        settings = (*settings, config.models.value, config.migrate.table)
    return {
        "configuration": hashlib.sha256(repr(settings).encode()).hexdigest()[:40],
        "migrations": {source.path: source.sha384.hex()[:40] for source in migrations},
    }


def _changed(
    schema: Data, now: Data, migrations: Sequence[SourceFile], noun: str
) -> Iterator[Diagnostic]:
    """Return an error for each difference between the schema and the recorded one.

    *noun* is what messages call one of the *migrations*.
    """
    if schema.get("configuration") != now["configuration"]:
        yield _stale(
            "the settings of `[tool.sqlgen]` that types depend on were changed"
        )
    recorded = schema.get("migrations", {})
    for source in migrations:
        if recorded.get(source.path) != now["migrations"][source.path]:
            verb = "changed" if source.path in recorded else "added"
            place = Label(Span(source, 0, 0))
            # A command is no file that could be shown.
            label = place if source.text else None
            yield _stale(f"{noun} `{source.path}` was {verb}", label)
    for path in sorted(set(recorded) - set(now["migrations"])):
        yield _stale(f"{noun} `{path}` was removed")


def _stale(what: str, label: Label | None = None) -> Diagnostic:
    return Diagnostic(
        code="stale-lock",
        message=f"{what} since the last build",
        label=label,
        hint="run `sqlgen build` and commit the result",
    )


def lock_path(config: Config, source: str) -> str:
    """Return the path of the lock file of a query file."""
    folder = f"{config.output}/{LOCK_FOLDER}"
    inside = source.removeprefix(f"{config.queries}/").removesuffix(".sql")
    return f"{folder}/queries/{inside}.json"


def _queries(entries: Mapping[str, str]) -> str:
    """Return the lines of the entries, sorted by the queries' names."""
    lines = ",\n".join(
        [f"    {quoted(name)}: {{\n{entries[name]}\n    }}" for name in sorted(entries)]
    )
    return f'  "queries": {{\n{lines}\n  }}' if entries else '  "queries": {}'


def _file(path: str, body: str) -> GeneratedFile:
    return GeneratedFile(path, f"{LOCK_MARKER},\n{body}\n}}\n")


def _lines(data: Mapping[str, Any], indent: str = "  ") -> Iterator[str]:
    """Return the lines of an object: an item on each, objects and lists of them on several."""
    for key, value in sorted(data.items()):
        head = f"{indent}{encoded(key)}: "
        deeper = indent + "  "
        if isinstance(value, dict) and value and len(indent) < 6:
            inner = ",\n".join(_lines(value, deeper))
            yield f"{head}{{\n{inner}\n{indent}}}"
        elif isinstance(value, list) and value and isinstance(value[0], dict | list):
            inner = ",\n".join([deeper + encoded(item) for item in value])
            yield f"{head}[\n{inner}\n{indent}]"
        else:
            yield head + encoded(value)


def _data(path: str, generated: Mapping[str, bytes], check: Check) -> Data:
    if path not in generated:
        raise SqlgenError(
            Diagnostic(
                code="missing-lock",
                message=f"there is no `{path}` to check against",
                label=None,
                hint="run `sqlgen build` and commit the result, or check with a server",
            )
        )
    try:
        data: Data = json.loads(generated[path].decode())
        check(data)
    except _BROKEN:
        raise unreadable_lock(path) from None
    return data


def unreadable_lock(path: str) -> SqlgenError:
    """Return the error for a lock file that is broken, or says what no build writes."""
    return SqlgenError(
        Diagnostic(
            code="unreadable-lock",
            message=f"`{path}` is not what sqlgen writes",
            label=None,
            hint="run `sqlgen build` and commit the result, which also resolves a merge conflict",
        )
    )
