"""Queries -> what a server and inference make of them.

The database is made, and everything that needs it imported, when the first query is asked about.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from ... import cache
from ...model.catalog import CompositeType
from ...model.config import ArrayElements, Config, UnknownName
from ...model.diagnostic import Diagnostic, Label, SqlgenError, attempt
from ...model.identifiers import unquoted
from ...model.migration import Migration
from ...model.progress import Progress
from ...model.query import NO_ROLE, Query
from ...model.routines import TypedRoutines
from ...model.typed import TypedQuery
from .analyzer import batches
from .internal_errors import reported

# Modules that are only needed to ask the server are imported where that is done.
if TYPE_CHECKING:
    from ...explain import IndexService
    from ...infer import SchemaDiff
    from ...model.description import Description
    from ...model.documentation import DocumentedSchema
    from ..server.interruption import Interruption
    from ..server.schema_session import SchemaSession
    from ..server.server_pool import ServerPool


class DatabaseAnalyzer:
    """Asks a server that has the project's schema about queries, and infers what it does not say.

    Without a *pool*, the server is stopped at the end. Unless its user *will_render*, that is not prepared
    for. A *session* is one on a database that has the schema already; *interruption* may end the migrations.
    Raises `SqlgenError` at any time if there is
    no schema to analyse against: a migration fails, or no server can be had.
    """

    def __init__(
        self,
        config: Config,
        migrations: Sequence[Migration],
        store: cache.Store,
        progress: Progress,
        pool: "ServerPool | None" = None,
        *,
        will_render: bool = True,
        session: "SchemaSession | None" = None,
        interruption: "Interruption | None" = None,
    ) -> None:
        self._will_render = will_render
        self._interruption = interruption
        self._config = config
        self._migrations = tuple(migrations)
        self._store = store
        self._progress = progress
        self._pool = pool
        self._stack = ExitStack()
        self._session = session

    def __enter__(self) -> "DatabaseAnalyzer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @cached_property
    def server_identity(self) -> str:
        """Return what tells servers apart on which the same migrations may give other types."""
        if identity := cache.embedded_server(self._config):
            return identity
        from ..server import open_schema

        server = self._servers().acquire(self._config, self._progress)
        return open_schema.server_identity(server)

    @cached_property
    def schema_key(self) -> str:
        """Return the cache key of everything that analyses depend on beside the queries."""
        scripts = [migration.up for migration in self._migrations]
        chain = cache.migration_chain(scripts, self._config)
        return cache.schema_key(chain, self.server_identity, self._config)

    @property
    def catalog_key(self) -> str:
        """Return the key of the database's catalog; empty where it is not kept, or not known yet."""
        return self._session.catalog_key if self._session else ""

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Return notes about the way in which the schema was made, if it was."""
        return self._session.notes if self._session else ()

    def session(self) -> "SchemaSession":
        """Return a session on a database that has the schema, made if need be."""
        if self._session is None:
            pool = self._servers()
            server = pool.acquire(self._config, self._progress)
            # The stages that are needed next are imported while the server starts.
            from ... import infer, translate  # noqa: F401

            if self._will_render:
                from ... import render  # noqa: F401
            from ..server import open_schema

            self._session = pool.cached(
                self.schema_key,
                lambda: open_schema.open_schema(
                    server,
                    self._config,
                    self._migrations,
                    self._store,
                    self._progress,
                    self._interruption,
                ),
            )
        return self._session

    def describe(
        self, queries: Sequence[Query]
    ) -> "tuple[tuple[Description, ...], tuple[Diagnostic, ...]]":
        """Return what the server says of the queries, and why it refuses the others."""
        return self.session().describe(queries)

    def infer(
        self, descriptions: "Sequence[Description]"
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
        """Return the typed queries, and the errors that inference finds in the others."""
        from ... import infer

        config, catalog = self._config, self.session().catalog
        nullable_elements = config.array_elements is ArrayElements.NULLABLE
        if config.role:
            self._check_role(config.role)

        def typed(description: "Description") -> TypedQuery:
            with reported(description.query.name_span):
                inferred = infer.query(
                    description,
                    catalog,
                    never_null=config.never_null,
                    nullable_elements=nullable_elements,
                )
                if config.role or description.query.role:
                    warnings = self._privilege_warnings(description)
                    inferred = replace(inferred, warnings=inferred.warnings + warnings)
                return inferred

        return attempt(typed, descriptions)

    def typed(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
        """Return the typed queries, and all errors in the others: those of the server first."""
        typed: list[TypedQuery] = []
        refusals: list[Diagnostic] = []
        errors: list[Diagnostic] = []
        for batch in batches(queries):
            descriptions, refused = self.describe(batch)
            inferred, wrong = self.infer(descriptions)
            typed += inferred
            refusals += refused
            errors += wrong
        return tuple(typed), (*refusals, *errors)

    def _check_role(self, name: str) -> None:
        """Raise `SqlgenError` if there is no role of that name, which the configuration has."""
        from ... import infer, read

        if name not in self.session().privileges(frozenset({name})).roles:
            label = read.setting_label(self._config, ("tool", "sqlgen", "role"))
            raise SqlgenError(infer.unknown_role(name, label))

    def _privilege_warnings(self, description: "Description") -> tuple[Diagnostic, ...]:
        """Return the warnings about what the role that runs the query may do.

        Raises `SqlgenError` if it may not run the query, or does not exist.
        """
        from ... import infer

        directive = description.query.role
        name = unquoted(directive.text) if directive else self._config.role
        if name == NO_ROLE:
            return ()
        session = self.session()
        privileges = session.privileges(frozenset({name}))
        if name in privileges.roles:
            return infer.privilege_findings(
                description, session.catalog, privileges, name
            )
        raise SqlgenError(
            infer.unknown_role(name, Label(directive) if directive else None)
        )

    def changes_since(self, catalog_key: str) -> "SchemaDiff | None":
        """Return what changed since the catalog of that key; None where that may be anything."""
        return self.session().changes_since(catalog_key)

    def tables(self) -> tuple[CompositeType, ...]:
        """Return the types of the rows of all tables but the ledger of migrations, by schema and name."""
        from ... import infer

        ledger = self._config.migrate.table.rpartition(".")[2]
        rows = infer.table_rows(self.session().catalog)
        return tuple([row for row in rows if row.name != ledger])

    def index_services(
        self, queries: Sequence[TypedQuery]
    ) -> "tuple[IndexService, ...]":
        """Return what indexes do for each query, in their order."""
        from ... import explain

        session = self.session()
        indexes = explain.fetch_indexes(session.answer)
        variants = [
            [v for v in explain.planned_variants(query) if v.page or not v.is_order]
            for query in queries
        ]
        plans = explain.explain_all(
            session.answers,
            variants,
            [explain.AskedSettings.CONDITIONS],
            explain.PAGE_QUESTIONS,
            session.catalog.server_version,
        )
        return tuple([explain.index_service(of_query, indexes) for of_query in plans])

    def unknown_names(self) -> tuple[UnknownName, ...]:
        """Return the names in the configuration that nothing in the database has."""
        return self.session().unknown_names(self._config)

    def typed_routines(self) -> TypedRoutines:
        """Return the functions and procedures that the configuration names."""
        return self.session().typed_routines(self._config)

    def documented_schema(self) -> "DocumentedSchema":
        """Return the tables and types of the user's, as people read them, but the ledger of migrations."""
        schema = self.session().documented_schema()
        ledger = self._config.migrate.table.rpartition(".")[2]
        tables = tuple([table for table in schema.tables if table.name != ledger])
        return replace(schema, tables=tables)

    def _servers(self) -> "ServerPool":
        if self._pool is None:
            from ..server.server_pool import ServerPool

            self._pool = self._stack.enter_context(ServerPool())
        return self._pool
