"""Query files -> their analysed queries: those that are known, and those to ask a server about."""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final

from .. import cache, lockfile
from ..model.config import ArrayElements, Config, UnknownName
from ..model.diagnostic import Diagnostic, attempt
from ..model.migration import Migration
from ..model.query import Query, QueryFile
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import records
from .analysis import Findings, gathered, in_order, parsed

# What is only needed where something must be asked is imported there.
if TYPE_CHECKING:
    from ..infer import Changes
    from ..model.description import Description
    from .schema_session import Schema
    from .server_pool import Servers

Progress = Callable[[str], None]

_BATCH: Final = 128
"""Queries that are asked about at once: their trees are some 10 kB each."""


class Analyst:
    """Finds the type and the nullability of everything in a project's queries.

    What the store knows of them is not asked again; if that is everything, no server is started.
    Raises `SqlgenError` at any time if there is no schema to analyse against: a migration fails, or
    no server can be had.
    """

    def __init__(
        self,
        config: Config,
        migrations: Sequence[Migration],
        store: cache.Store,
        progress: Progress,
        servers: "Servers | None" = None,
    ) -> None:
        self._config = config
        self._migrations = tuple(migrations)
        self._store = store
        self._progress = progress
        self._servers = servers
        self._stack = ExitStack()
        self._schema: Schema | None = None
        self._key = ""
        self.book: Mapping[str, records.Known] = {}
        self._latest = ""
        self._before: tuple[Mapping[str, records.Known], Changes | None] | None = None

    def __enter__(self) -> "Analyst":
        scripts = [migration.up for migration in self._migrations]
        chain = cache.migration_chain(scripts, self._config)
        server = cache.embedded_server(self._config)
        if not server:
            from . import schema_session

            server = schema_session.identity(
                self._lent().get(self._config, self._progress)
            )
        self._key = cache.schema_key(chain, server, self._config)
        self._latest = cache.latest_schema_key(self._config, server)
        book = records.load(self._store, self._key)
        if book is None:
            self._prepared()  # at least the migrations are to be tried
        self.book = book or {}
        return self

    @property
    def keeps(self) -> bool:
        """Whether what is found out is kept."""
        return bool(self._store)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def get_ready(self) -> None:
        """Have all that asking takes, for copies of the process as well."""
        self._prepared()
        self._earlier()

    def _prepared(self) -> "Schema":
        """The database that has the schema, made if need be."""
        if self._schema is None:
            servers = self._lent()
            server = servers.get(self._config, self._progress)
            # What is needed once the server answers is imported while it starts.
            from .. import infer, render, translate  # noqa: F401
            from . import schema_session

            self._schema = servers.keep(
                self._key,
                lambda: schema_session.schema(
                    server,
                    self._config,
                    self._migrations,
                    self._store,
                    self._progress,
                ),
            )
        return self._schema

    def analyse(self, sources: Sequence[SourceFile]) -> Findings:
        """The analysed queries of the files, and all that is wrong in them."""
        files, diagnostics = parsed(sources)
        typed: dict[int, TypedQuery] = {}
        answers: dict[str, bytes] = {}
        for file, _ in files:
            if entry := self.book.get(file.source.path):
                typed |= lockfile.unpack(entry.analyses, file.queries)
                answers |= entry.answers
        missing = [q for file, _ in files for q in file.queries if id(q) not in typed]
        wrong = list(diagnostics)
        for start in range(0, len(missing), _BATCH):
            described = self._asked(missing[start : start + _BATCH], wrong)
            typed |= {id(one.query): one for one in self._inferred(described, wrong)}
            answers |= {
                lockfile.fingerprint(one.query): one.digest for one in described
            }
        return gathered(files, typed, answers), tuple(wrong)

    def carried_over(self, sources: Sequence[SourceFile]) -> dict[str, records.Known]:
        """Those of the files, by path, of which all is as it was under the migrations before.

        The server is asked about each query. What it answers must be the same, and nothing in the
        answer may lead to what has changed in the database.
        """
        book, changes = self._earlier()
        found: dict[str, records.Known] = {}
        if changes is None:
            return found
        same = [s for s in sources if records.is_clean(book.get(s.path), s)]
        files, _ = parsed(same)
        for some in _batches([file for file, _ in files]):
            described = self._asked([q for file in some for q in file.queries], [])
            holding = {
                id(one.query)
                for one in described
                if book[one.query.sql.source.path].answers.get(
                    lockfile.fingerprint(one.query)
                )
                == one.digest
                and not changes.touch(one.tree)
            }
            found |= {
                file.source.path: book[file.source.path]
                for file in some
                if all(id(query) in holding for query in file.queries)
            }
        return found

    def _earlier(self) -> "tuple[Mapping[str, records.Known], Changes | None]":
        """What was known under the migrations before, and what has changed since then.

        Nothing where that may be anything.
        """
        if self._before is None:
            kept = None if self.book else self._store.get(self._latest)
            key, schema_session = pickle.loads(kept) if kept else ("", "")
            book = records.load(self._store, key) if key else None
            changes = self._prepared().changes_since(schema_session) if book else None
            self._before = book or {}, changes
        return self._before

    def unknown_names(self) -> tuple[UnknownName, ...]:
        """The names in the configuration that the database has nothing for."""
        if not self._config.names:
            return ()
        key = cache.unknown_names_key(self._key, self._config)
        if kept := self._store.get(key):
            names: tuple[UnknownName, ...] = pickle.loads(kept)
            return names
        found = self._prepared().unknown_names(self._config)
        self._store.put(key, pickle.dumps(found))
        return found

    def remember(self, book: Mapping[str, records.Known]) -> None:
        """Keep what is known by now of the query files."""
        if book != self.book or not book:
            records.save(self._store, self._key, book)
        if self._schema and self._schema.key:
            latest = pickle.dumps((self._key, self._schema.key))
            self._store.put(self._latest, latest)

    def explained(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The diagnostics in the order of somebody who reads the files from top to bottom.

        First comes that there is no migration, where something is missing.
        """
        first: tuple[Diagnostic, ...] = ()
        if not self._migrations and any(d.code in _MISSING for d in diagnostics):
            first = (_no_migrations(self._config),)
        return first + in_order(diagnostics)

    def _lent(self) -> "Servers":
        if self._servers is None:
            from .server_pool import Servers

            self._servers = self._stack.enter_context(Servers())
        return self._servers

    def _asked(
        self, queries: Sequence[Query], wrong: list[Diagnostic]
    ) -> "tuple[Description, ...]":
        """What the server says of the queries; what is *wrong* is added to that."""
        described, refused = self._prepared().ask(queries)
        wrong.extend(refused)
        return described

    def _inferred(
        self, described: "Sequence[Description]", wrong: list[Diagnostic]
    ) -> tuple[TypedQuery, ...]:
        """What inference makes of the queries; what is *wrong* is added to that."""
        from .. import infer

        catalog = self._prepared().catalog
        nullable_elements = self._config.array_elements is ArrayElements.NULLABLE
        found, untyped = attempt(
            lambda description: infer.query(
                description,
                catalog,
                never_null=self._config.never_null,
                nullable_elements=nullable_elements,
            ),
            described,
        )
        wrong.extend(untyped)
        return found


def _batches(files: Sequence[QueryFile]) -> Iterator[list[QueryFile]]:
    """The files in groups whose queries are asked about at once."""
    group: list[QueryFile] = []
    for file in files:
        group.append(file)
        if sum(len(one.queries) for one in group) >= _BATCH:
            yield group
            group = []
    if group:
        yield group


def _no_migrations(config: Config) -> Diagnostic:
    """Why nothing is found that the queries speak of."""
    return Diagnostic(
        code="no-migrations",
        message=f"the folder `{config.migrations}` has no migrations, so the database is empty",
        label=None,
        hint="write the first one with `sqlgen migrate new`, or set `migrations` in pyproject.toml",
    )


_MISSING = frozenset({"42P01", "42704", "42883", "3F000"})
"""undefined_table, undefined_object, undefined_function, invalid_schema_name"""
