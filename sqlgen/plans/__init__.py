"""A project -> the conditions that no index serves, and the indexes that nothing uses, by its queries' plans.

Plans are made on the empty tables of the scratch database: they tell which indexes PostgreSQL can use, not
which it will. That is told by the statistics of another server.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from .. import cache
from ..build.analysis.database_analyzer import DatabaseAnalyzer
from ..build.server.server_pool import ServerPool
from ..explain import fetch_indexes
from ..impact.project import Project, project, project_at
from ..model.config import Config
from ..model.frozen import frozen
from ..model.progress import Progress, no_progress
from ..model.typed import TypedQuery
from ..read.revision import Repository
from .analysis import (
    analysed_queries,
    explained,
    production_accesses,
    query_accesses,
    query_findings,
)
from .comparison import access_changes
from .findings import (
    AccessChange,
    PlanFindings,
    QueryAccess,
    QueryFindings,
    UnindexedKey,
    UnservedCondition,
    UnservedOrder,
    UnusedIndex,
)
from .keys import fetch_keys, unindexed_keys
from .production import production_cluster, production_schema, statistics_source
from .removals import removals_of
from .statistics_file import read_statistics
from .summaries import query_key
from .unused import unused_indexes

__all__ = [
    "AccessChange",
    "PlanFindings",
    "QueryAccess",
    "QueryFindings",
    "UnindexedKey",
    "UnservedCondition",
    "UnservedOrder",
    "UnusedIndex",
    "plans",
]


@frozen
class _Planned:
    """A project whose queries are planned: its analysed queries, and the findings about them."""

    project: Project
    typed: tuple[TypedQuery, ...]
    findings: PlanFindings


def plans(
    config: Config,
    names: Sequence[str] = (),
    *,
    statistics: Path | None = None,
    with_values: bool = False,
    revision: str | None = None,
    progress: Progress = no_progress,
) -> PlanFindings:
    """Return the findings about the queries of those *names*; about all, and the schema, if there are none.

    With the file *statistics* of `pg_dump --statistics-only`, the plans that its server would make are among them; with
    a *revision*, the changes since. Raises `SqlgenError` for errors in the project, its state
    at the revision or the statistics, and `ConfigurationError` for a name that no query has.
    """
    progress("reading queries")
    restored = (
        read_statistics(statistics_source(statistics), with_values=with_values)
        if statistics
        else None
    )
    current, before, commit = project(config), None, ""
    if revision is not None:
        repository = Repository(config.root)
        found = repository.revision(revision)
        before, commit = project_at(config, repository, found), str(found)
    with ExitStack() as stack:
        pool = stack.enter_context(ServerPool())
        now = _planned(current, names, pool, progress)
        old = _planned(before, (), pool, progress) if before else None
        if restored is not None:
            pool.close()
            cluster = stack.enter_context(production_cluster(config))

            def with_statistics(planned: _Planned) -> PlanFindings:
                with production_schema(
                    cluster, planned.project, restored, progress
                ) as (session, rows, missing):
                    progress("planning queries")
                    accesses = production_accesses(session, planned.typed, rows)
                return replace(planned.findings, accesses=accesses, missing=missing)

            findings = with_statistics(now)
            earlier = with_statistics(old) if old else None
        else:
            findings, earlier = now.findings, old.findings if old else None
    changes = access_changes(
        earlier.accesses if earlier else (),
        findings.accesses,
        has_statistics=restored is not None,
    )
    visible = findings.accesses if restored is not None else ()
    return replace(findings, accesses=visible, revision=commit, changes=changes)


def _planned(
    current: Project, names: Sequence[str], pool: ServerPool, progress: Progress
) -> _Planned:
    """Return a project with the findings about its queries' plans on empty tables."""
    config = current.config
    store = cache.open_store(config.root)
    with DatabaseAnalyzer(config, current.scripts, store, progress, pool) as analyzer:
        queries = analysed_queries(analyzer, current, names)
        session = analyzer.session()
        progress("planning queries")
        indexes = fetch_indexes(session.answer)
        statements = explained(session.answers, session.catalog.server_version, queries)
        findings = [
            query_findings(
                query, statements[query_key(query.query)], session.catalog, indexes
            )
            for query in queries
        ]
        keys = fetch_keys(session.answer)
    accesses = query_accesses(queries, statements, indexes)
    if names:
        found = PlanFindings(queries=tuple(findings), accesses=accesses)
        return _Planned(current, queries, found)
    removed = {
        key: removals_of(query, statements[key], indexes)
        for query in queries
        for key in [query_key(query.query)]
    }
    used = {
        index
        for plans_ in statements.values()
        for statement in plans_
        for index in statement.used(indexes)
    }
    found = PlanFindings(
        queries=tuple(findings),
        unused=unused_indexes(indexes, used, keys, config.migrate.table),
        keys=unindexed_keys(removed, keys, indexes),
        accesses=accesses,
    )
    return _Planned(current, queries, found)
