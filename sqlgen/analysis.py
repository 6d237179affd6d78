"""The files of a project -> its analysed queries: those that are known, and those to ask a server about."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Thread
from typing import TYPE_CHECKING

from . import cache, lock, parse
from .elsewhere import can_help, elsewhere
from .model.catalog import Catalog
from .model.config import ArrayElements, Config, UnknownName
from .model.description import Description
from .model.diagnostic import Diagnostic, SqlgenError, attempt, each
from .model.query import Query, QueryFile
from .model.source import SourceFile, Sources
from .model.typed import TypedQuery

# It imports psycopg, which is only needed where something must be asked.
if TYPE_CHECKING:
    from .facts import Servers

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All queries of a project, file by file, and what is wrong with those left out.

    `migrations` are the up scripts in their order. `unknown_names` are those in the configuration
    that the database has nothing for.
    """

    migrations: tuple[SourceFile, ...]
    files: tuple[tuple[QueryFile, tuple[TypedQuery, ...]], ...]
    diagnostics: tuple[Diagnostic, ...]
    unknown_names: tuple[UnknownName, ...] = ()

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the good queries."""
        return tuple(w for _, typed in self.files for q in typed for w in q.warnings)


def analyse(
    config: Config,
    sources: Sources,
    store: cache.Store,
    *,
    progress: Progress,
    servers: "Servers | None",
) -> Analysis:
    """Find the type and the nullability of everything in the project's queries.

    What the store knows of them is not asked again; if that is everything, no server is started.
    Raises `SqlgenError` if there is no schema to analyse against: a migration fails, or no server
    can be had.
    """
    files, unparsed = attempt(parsed, sources.queries)
    migrations = parse.migrations(sources.migrations)
    scripts = tuple(migration.up for migration in migrations)
    chain = cache.chain(scripts, config)
    key = cache.schema(chain, cache.embedded(config), config)
    known = remembered(store, key, files) if cache.embedded(config) else None
    undescribed: tuple[Diagnostic, ...] = ()
    untyped: tuple[Diagnostic, ...] = ()
    unknown = remembered_names(store, key, config)
    if known is None or unknown is None or any(missing(f, known) for f in files):
        from . import facts

        imports = Thread(target=import_the_rest)
        imports.start()
        with nullcontext(servers) if servers else facts.Servers() as lent:
            server = lent.get(config, progress)
            if not cache.embedded(config):
                key = cache.schema(chain, facts.identity(server), config)
            known = remembered(store, key, files) or {}
            new = [query for file in files for query in missing(file, known)]
            described, undescribed, unknown = facts.ask(
                server, config, migrations, new, store, progress
            )
        from . import infer

        imports.join()
        progress("inferring nullability")
        decide = partial(
            infer.query,
            never_null=config.never_null,
            nullable_elements=config.array_elements is ArrayElements.NULLABLE,
        )
        typed, untyped = inferred(described, decide)
        changed = [file for file in files if missing(file, known)]
        known |= {id(one.query): one for one in typed}
        remember(store, key, changed, known)
        store.put(cache.names(key, config), pickle.dumps(unknown))
    if not migrations and any(d.code in _MISSING for d in undescribed):
        undescribed = (no_migrations(config), *undescribed)
    return Analysis(
        migrations=scripts,
        files=tuple((file, gathered(file, known)) for file in files),
        diagnostics=in_order(unparsed + undescribed + untyped),
        unknown_names=unknown,
    )


def import_the_rest() -> None:
    """Import what is needed once the server has answered, while it starts."""
    from . import infer, render, translate  # noqa: F401  # for their being imported


def inferred(
    described: Sequence[tuple[Description, Catalog]],
    decide: Callable[[Description, Catalog], TypedQuery],
) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
    """What there is to say of each query, and what is wrong; half of it is found out elsewhere."""
    half = len(described) // 2
    if not can_help(len(described)):
        return attempt(lambda fact: decide(*fact), described)
    rest = described[half:]
    packed = elsewhere(lambda: lock.pack(attempt(lambda f: decide(*f), rest)[0]))
    first, wrong = attempt(lambda fact: decide(*fact), described[:half])
    found = lock.unpack(packed(), [description.query for description, _ in rest])
    left = [fact for fact in rest if id(fact[0].query) not in found]
    second, wrong_too = attempt(lambda fact: decide(*fact), left)
    return (*first, *found.values(), *second), wrong + wrong_too


def locked(config: Config, sources: Sources, generated: Mapping[str, str]) -> Analysis:
    """The analysis that the lock among the *generated* texts has recorded.

    Raises `SqlgenError` where the lock is not that of these files.
    """
    migrations = tuple(m.up for m in parse.migrations(sources.migrations))
    files = each(parsed, sources.queries)
    found = lock.load(config, migrations, files, generated)
    if found.stale:
        raise SqlgenError(*found.stale)
    return Analysis(migrations, found.files, ())


@lru_cache(maxsize=10_000)
def parsed(source: SourceFile) -> QueryFile:
    """A query file, which `watch` meets again at every save of another one."""
    return parse.query_file(source)


_UNPACKED: dict[str, tuple[QueryFile, bytes, dict[int, TypedQuery]]] = {}
"""The analyses last read of each file, by its path, with what they were read from."""


def remembered(
    store: cache.Store, schema: str, files: Sequence[QueryFile]
) -> dict[int, TypedQuery] | None:
    """The known analyses by `id` of the query; None if nothing is known of the schema itself."""
    if store.get(schema) is None:
        return None
    found: dict[int, TypedQuery] = {}
    for file in files:
        if kept := store.get(cache.query_file(schema, file.source.path)):
            before = _UNPACKED.get(file.source.path)
            if before is None or before[0] is not file or before[1] != kept:
                before = file, kept, lock.unpack(kept, file.queries)
                _UNPACKED[file.source.path] = before
            found |= before[2]
    return found


def remember(
    store: cache.Store,
    schema: str,
    files: Sequence[QueryFile],
    known: Mapping[int, TypedQuery],
) -> None:
    """Keep the analyses of the *files*' queries, and that there is no mistake in the schema."""
    for file in files if store else ():
        path = cache.query_file(schema, file.source.path)
        store.put(path, lock.pack(gathered(file, known)))
    store.put(schema, b"migrated")


def remembered_names(
    store: cache.Store, schema: str, config: Config
) -> tuple[UnknownName, ...] | None:
    """The names in the configuration that the database has nothing for; None if not known."""
    if not config.names:
        return ()
    kept = store.get(cache.names(schema, config))
    found: tuple[UnknownName, ...] | None = pickle.loads(kept) if kept else None
    return found


def no_migrations(config: Config) -> Diagnostic:
    """Why nothing is found that the queries speak of."""
    return Diagnostic(
        code="no-migrations",
        message=f"the folder `{config.migrations}` has no migrations, so the database is empty",
        label=None,
        hint="write the first one with `sqlgen migrate new`, or set `migrations` in pyproject.toml",
    )


_MISSING = frozenset({"42P01", "42704", "42883", "3F000"})
"""undefined_table, undefined_object, undefined_function, invalid_schema_name"""


def missing(file: QueryFile, known: Mapping[int, TypedQuery]) -> list[Query]:
    """The queries of a file of which nothing is known."""
    return [query for query in file.queries if id(query) not in known]


def gathered(
    file: QueryFile, known: Mapping[int, TypedQuery]
) -> tuple[TypedQuery, ...]:
    """The typed queries of a file, in its order."""
    return tuple(known[id(q)] for q in file.queries if id(q) in known)


def in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics as somebody reads who goes through the files from top to bottom."""

    def place(diagnostic: Diagnostic) -> tuple[str, int]:
        span = diagnostic.label.span if diagnostic.label else None
        return (span.source.path, span.start) if span else ("", 0)

    return tuple(sorted(diagnostics, key=place))
