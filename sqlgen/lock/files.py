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
from ..model.frozen import frozen
from ..model.output import LOCK_FOLDER, LOCK_MARKER, GeneratedFile
from ..model.query import QueryFile
from ..model.source import SourceFile, Span
from ..model.typed import TypedQuery
from .fingerprints import fingerprint
from .queries import read, written
from .text import encoded, quoted
from .types import Data, Reader, Writer

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)

Analysed = tuple[QueryFile, tuple[TypedQuery, ...]]


@frozen
class Locked:
    """What the lock says of a project: its analysed files, and all in which it is out of date."""

    files: tuple[Analysed, ...]
    stale: tuple[Diagnostic, ...]


def files(
    config: Config, migrations: Iterable[SourceFile], analysed: Sequence[Analysed]
) -> dict[GeneratedFile, str]:
    """The lock files of a project, each with its query file (or nothing).

    *migrations* are the up scripts in their order.
    """
    types = Writer()
    found: dict[GeneratedFile, str] = {}
    for file, typed in analysed:
        entries = {one.query.name: written(one, types) for one in typed}
        path = _path(config, file.source.path)
        found[_file(path, _queries(entries))] = file.source.path
    schema = {**_facts(config, migrations), "types": types.types}
    found[_file(schema_path(config), ",\n".join(_lines(schema)))] = ""
    return found


def schema_path(config: Config) -> str:
    """Where it is recorded what all queries share."""
    return f"{config.output}/{LOCK_FOLDER}/schema.json"


def load(
    config: Config,
    migrations: Sequence[SourceFile],
    parsed: Sequence[QueryFile],
    generated: Mapping[str, str],
) -> Locked:
    """What the lock in *generated* (texts by path) says of these files.

    Raises `SqlgenError` where there is no lock, or it cannot be read.
    """
    schema = _data(schema_path(config), generated)
    stale = list(_changed(schema, _facts(config, migrations), migrations))
    types = Reader(schema.get("types", {}))
    found: list[Analysed] = []
    for file in parsed:
        path = _path(config, file.source.path)
        queries = _data(path, generated) if path in generated else {}
        typed: list[TypedQuery] = []
        for query in file.queries:
            data = queries.get("queries", {}).get(query.name, {})
            if data.get("fingerprint") != fingerprint(query):
                place = Label(query.name_span)
                stale.append(
                    _stale(f"the query `{query.name}` was not analysed", place)
                )
                continue
            try:
                typed.append(read(query, data, types))
            except _BROKEN:
                raise _unreadable(path) from None
        found.append((file, tuple(typed)))
    return Locked(tuple(found), tuple(stale))


def users(
    config: Config, generated: Mapping[str, str]
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


def _data(path: str, generated: Mapping[str, str]) -> Data:
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
