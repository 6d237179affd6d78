"""An analysed project <-> its lock files, `.sqlgen/` beside the generated code.

One file for each query file, and `schema.json` for what they share: the migrations' checksums, the
settings that types depend on, and the types themselves. Sorted, an item a line, and without a
version of anything, so that branches seldom conflict; `sqlgen build` writes them anew.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..model.config import Config
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.output import LOCK_FOLDER, LOCK_MARKER, GeneratedFile
from ..model.query import QueryFile
from ..model.source import SourceFile, Span
from ..model.typed import TypedQuery
from .entries import EntryWriter, decoder, read
from .fingerprints import fingerprint
from .json_text import encoded, quoted
from .types import Data, TypeReader

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)

TypeTable = Mapping[str, Data]
"""The types that files mention, each under the name that PostgreSQL displays for it."""


def query_file(
    config: Config, file: QueryFile, typed: Sequence[TypedQuery]
) -> tuple[GeneratedFile, TypeTable]:
    """The lock of a query file, and the types that it mentions."""
    writer = EntryWriter()
    entries = {one.query.name: writer.entry(one) for one in typed}
    path = _path(config, file.source.path)
    return _file(path, _queries(entries)), writer.types.types


def schema_file(
    config: Config, migrations: Iterable[SourceFile], types: Iterable[TypeTable]
) -> GeneratedFile:
    """The lock of what all query files share; *migrations* are the up scripts in their order.

    Of one name there is one type in a database: `format_type` qualifies what the search path does
    not show.
    """
    merged: dict[str, Data] = {}
    for mentioned in types:
        for name, data in mentioned.items():
            merged.setdefault(name, data)
    schema = {**_facts(config, migrations), "types": merged}
    return _file(schema_path(config), ",\n".join(_lines(schema)))


def schema_path(config: Config) -> str:
    """Where it is recorded what all queries share."""
    return f"{config.output}/{LOCK_FOLDER}/schema.json"


class Lockfile:
    """The lock of a project, in *generated* (contents by path), beside its migrations.

    `stale` tells in what the schema and the settings are not the recorded ones. Raises
    `SqlgenError` where there is no lock, or it cannot be read.
    """

    def __init__(
        self,
        config: Config,
        migrations: Sequence[SourceFile],
        generated: Mapping[str, bytes],
    ) -> None:
        schema = _data(schema_path(config), generated)
        self.stale = tuple(_changed(schema, _facts(config, migrations), migrations))
        self._config = config
        self._generated = generated
        self._decoder = decoder(TypeReader(schema.get("types", {})))

    def queries(
        self, file: QueryFile
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
        """The analysed queries of a file, and a diagnostic for each that is another by now.

        Raises `SqlgenError` where the file's lock cannot be read.
        """
        path = _path(self._config, file.source.path)
        known = path in self._generated
        queries = _data(path, self._generated).get("queries", {}) if known else {}
        typed: list[TypedQuery] = []
        stale: list[Diagnostic] = []
        for query in file.queries:
            try:
                data = queries.get(query.name, {})
                if data.get("fingerprint") == fingerprint(query):
                    typed.append(read(query, data, self._decoder))
                    continue
            except _BROKEN:
                raise _unreadable(path) from None
            place = Label(query.name_span)
            stale.append(_stale(f"the query `{query.name}` was not analysed", place))
        return tuple(typed), tuple(stale)


def column_users(
    config: Config, generated: Mapping[str, bytes]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """The queries that read or write a column, by its table and its name, as of the last build.

    Raises `SqlgenError` where the lock cannot be read; without one there are none.
    """
    folder = f"{config.output}/{LOCK_FOLDER}/queries/"
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for path in sorted(p for p in generated if p.startswith(folder)):
        for name, query in _data(path, generated).get("queries", {}).items():
            columns = (*query.get("reads", ()), *query.get("writes", ()))
            for table, column in {(table, column) for _, table, column in columns}:
                found[table, column] = (*found.get((table, column), ()), name)
    return found


def _facts(config: Config, migrations: Iterable[SourceFile]) -> Data:
    """What the recorded types were found with."""
    settings = (config.search_path, config.array_elements.value, config.never_null)
    return {
        "configuration": hashlib.sha256(repr(settings).encode()).hexdigest()[:40],
        "migrations": {source.path: source.sha384.hex()[:40] for source in migrations},
    }


def _changed(
    schema: Data, now: Data, migrations: Sequence[SourceFile]
) -> Iterator[Diagnostic]:
    """In what the schema is another than the recorded one."""
    if schema.get("configuration") != now["configuration"]:
        yield _stale(
            "the settings of `[tool.sqlgen]` that types depend on were changed"
        )
    recorded = schema.get("migrations", {})
    for source in migrations:
        if recorded.get(source.path) != now["migrations"][source.path]:
            verb = "changed" if source.path in recorded else "added"
            place = Label(Span(source, 0, 0))
            yield _stale(f"the migration `{source.path}` was {verb}", place)
    for path in sorted(set(recorded) - set(now["migrations"])):
        yield _stale(f"the migration `{path}` was removed")


def _stale(what: str, label: Label | None = None) -> Diagnostic:
    return Diagnostic(
        code="stale-lock",
        message=f"{what} since the last build",
        label=label,
        hint="run `sqlgen build` and commit the result",
    )


def _path(config: Config, source: str) -> str:
    """Where the lock of a query file is."""
    folder = f"{config.output}/{LOCK_FOLDER}"
    inside = source.removeprefix(f"{config.queries}/").removesuffix(".sql")
    return f"{folder}/queries/{inside}.json"


def _queries(entries: Mapping[str, str]) -> str:
    """The lines of the queries' entries, by their names."""
    lines = ",\n".join(
        [f"    {quoted(name)}: {{\n{entries[name]}\n    }}" for name in sorted(entries)]
    )
    return f'  "queries": {{\n{lines}\n  }}' if entries else '  "queries": {}'


def _file(path: str, body: str) -> GeneratedFile:
    return GeneratedFile(path, f"{LOCK_MARKER},\n{body}\n}}\n")


def _lines(data: Mapping[str, Any], indent: str = "  ") -> Iterator[str]:
    """The items of an object, one a line where they are no objects or lists of such."""
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


def _data(path: str, generated: Mapping[str, bytes]) -> Data:
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
        found = json.loads(generated[path])
    except ValueError:
        raise _unreadable(path) from None
    if not isinstance(found, dict):
        raise _unreadable(path)
    return found


def _unreadable(path: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="unreadable-lock",
            message=f"`{path}` is not what sqlgen writes",
            label=None,
            hint="run `sqlgen build` and commit the result, which also solves a merge conflict",
        )
    )
