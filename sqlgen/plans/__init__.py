"""A project -> the conditions that no index serves, and the indexes that nothing uses, by its queries' plans.

Plans are made on the empty tables of the scratch database: they tell which indexes PostgreSQL can use, not
which it will.
"""

from collections.abc import Sequence

from .. import cache
from ..build.analysis.database_analyzer import DatabaseAnalyzer
from ..explain import fetch_indexes
from ..impact.project import project
from ..model.config import Config
from ..model.progress import Progress, no_progress
from .analysis import analysed_queries, explained, query_findings
from .findings import (
    PlanFindings,
    QueryFindings,
    UnindexedKey,
    UnservedCondition,
    UnusedIndex,
)
from .keys import fetch_keys, unindexed_keys
from .removals import removals_of
from .unused import unused_indexes

__all__ = [
    "PlanFindings",
    "QueryFindings",
    "UnindexedKey",
    "UnservedCondition",
    "UnusedIndex",
    "plans",
]


def plans(
    config: Config, names: Sequence[str] = (), *, progress: Progress = no_progress
) -> PlanFindings:
    """Return the findings about the queries of those *names*; about all, and the schema, if there are none.

    Raises `SqlgenError` for errors in the project, and `ConfigurationError` for a name that no query has.
    """
    progress("reading queries")
    current = project(config)
    store = cache.open_store(config.root)
    with DatabaseAnalyzer(config, current.scripts, store, progress) as analyzer:
        queries = analysed_queries(analyzer, current, names)
        session = analyzer.session()
        progress("planning queries")
        indexes = fetch_indexes(session.answer)
        plans_ = explained(session.answer, session.catalog.server_version, queries)
        findings = [
            query_findings(query, plans_[query.query.name], session.catalog, indexes)
            for query in queries
        ]
        if names:
            return PlanFindings(queries=tuple(findings))
        keys = fetch_keys(session.answer)
    removed = {
        query.query.name: removals_of(query, plans_[query.query.name], indexes)
        for query in queries
    }
    used = {
        index
        for statements in plans_.values()
        for statement in statements
        for index in statement.used(indexes)
    }
    return PlanFindings(
        queries=tuple(findings),
        unused=unused_indexes(indexes, used, keys, config.migrate.table),
        keys=unindexed_keys(removed, keys, indexes),
    )
