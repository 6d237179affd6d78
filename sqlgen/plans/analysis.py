"""A project's queries, a database with its schema -> their plans, and the findings about each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..build.analysis.database_analyzer import DatabaseAnalyzer
from ..build.query_names import check_query_names
from ..build.server.schema_session import SchemaSession
from ..explain import (
    PAGE_QUESTIONS,
    AskAll,
    AskedSettings,
    PageEffect,
    StatementPlans,
    TableIndexes,
    UnservedPage,
    UnservedScan,
    candidate_indexes,
    condition_rewrites,
    explain_all,
    fetch_indexes,
    page_index,
    page_pairs,
    planned_variants,
    unserved_page,
    unserved_scans,
)
from ..explain.conditions import with_parameter_names
from ..impact.project import Project
from ..impact.versions import function_queries
from ..model.catalog import Catalog, PgType
from ..model.diagnostic import SqlgenError
from ..model.query import Query
from ..model.typed import TypedQuery
from .findings import QueryAccess, QueryFindings, UnservedCondition, UnservedOrder
from .keys import table_name
from .summaries import QueryKey, Table, query_key, summary

_INDEX_QUESTIONS: Final = (
    AskedSettings.CONDITIONS,
    AskedSettings.ORDERS,
    AskedSettings.USUAL,
)
_CALL: Final = re.compile(r'(?:([\w$]+|"[^"]+")\.)?([\w$]+|"[^"]+")\(')


def analysed_queries(
    analyzer: DatabaseAnalyzer, project: Project, names: Sequence[str] = ()
) -> tuple[TypedQuery, ...]:
    """Return the queries of those *names*, or all of the project's, with their types.

    Raises `SqlgenError` for errors in them, and `ConfigurationError` for a name that no query has.
    """
    queries = (*project.queries, *function_queries(analyzer, project.config))
    chosen = _chosen(queries, names)
    typed, errors = analyzer.typed(chosen)
    if errors:
        raise SqlgenError(*errors)
    return typed


def explained(
    ask_all: AskAll,
    version: int,
    queries: Sequence[TypedQuery],
    questions: Sequence[AskedSettings] = _INDEX_QUESTIONS,
) -> dict[QueryKey, tuple[StatementPlans, ...]]:
    """Return the plans of each query's statements, on a server of that *version*."""
    variants = [planned_variants(query) for query in queries]
    of_pages = PAGE_QUESTIONS if questions is _INDEX_QUESTIONS else questions
    found = explain_all(ask_all, variants, questions, of_pages, version)
    return {
        query_key(query.query): plans
        for query, plans in zip(queries, found, strict=True)
    }


def query_findings(
    query: TypedQuery,
    statements: Sequence[StatementPlans],
    catalog: Catalog,
    indexes: TableIndexes,
) -> QueryFindings:
    """Return the findings about a query by the plans of its statements."""
    scans: dict[tuple[object, ...], tuple[UnservedScan, list[str]]] = {}
    planned = [one for one in statements if not one.error]
    conditions = [one for one in planned if not one.variant.is_order]
    for statement in conditions:
        plan = statement.plans[AskedSettings.CONDITIONS]
        for scan in unserved_scans(plan, indexes):
            key = (scan.schema, scan.table, scan.texts)
            scans.setdefault(key, (scan, []))[1].append(statement.variant.label)
    used = {name for one in planned for name in one.used(indexes)}
    pages = _orders(query.query, planned, indexes)
    unserved = [
        _unserved(query.query, scan, labels, len(conditions), catalog, indexes)
        for scan, labels in scans.values()
    ]
    return QueryFindings(
        name=query.query.name,
        place=query.query.name_span,
        unserved=tuple([_with_order(one, pages) for one in unserved]),
        pages=pages,
        used=tuple(sorted(map(table_name, used))),
        unseen=tuple(sorted(_functions(planned, catalog))),
        error=next((one.error for one in statements if one.error), ""),
    )


def query_accesses(
    queries: Sequence[TypedQuery],
    statements: Mapping[QueryKey, Sequence[StatementPlans]],
    indexes: TableIndexes,
) -> tuple[QueryAccess, ...]:
    """Return how each statement reads tables by its conditions alone, on empty tables."""
    return tuple(
        [
            QueryAccess(
                query.query.name_span,
                query.query.name,
                one.variant.label,
                summary(plan, indexes, {}),
                frozenset([(s.schema, s.table) for s in unserved_scans(plan, indexes)]),
            )
            for query in queries
            for one in statements[query_key(query.query)]
            if not one.variant.is_order
            and (plan := one.plans.get(AskedSettings.CONDITIONS))
        ]
    )


def production_accesses(
    session: SchemaSession, queries: Sequence[TypedQuery], rows: Mapping[Table, float]
) -> tuple[QueryAccess, ...]:
    """Return how each statement reads tables by the statistics in the session's database.

    Those come first that read the largest tables whole. *rows* are those of each table.
    """
    indexes = fetch_indexes(session.answer)
    version = session.catalog.server_version
    question = AskedSettings.PRODUCTION
    statements = explained(session.answers, version, queries, [question])
    accesses = [
        QueryAccess(
            query.query.name_span,
            query.query.name,
            one.variant.label,
            summary(plan, indexes, rows),
        )
        for query in queries
        for one in statements[query_key(query.query)]
        # Nobody reads all rows of a query at once that gives them in pages.
        if (one.variant.page or query.query.page is None)
        and (plan := one.plans.get(question))
    ]
    accesses.sort(key=lambda access: -access.summary.rows_read_whole)
    return tuple(accesses)


def _orders(
    query: Query, planned: Sequence[StatementPlans], indexes: TableIndexes
) -> tuple[UnservedOrder, ...]:
    """Return the orders of pages that no index serves, each with the pages that lack it."""
    names = {parameter.number: parameter.name for parameter in query.parameters}
    of_pages = page_pairs(planned)
    labels: dict[UnservedPage, list[str]] = {}
    for label, (first, following) in of_pages.items():
        if page := unserved_page(first, following, indexes):
            labels.setdefault(page, []).append(label)
    return tuple(
        [
            UnservedOrder(
                table=table_name((page.schema, page.table)),
                conditions=tuple(
                    [with_parameter_names(text, names) for text in page.texts]
                ),
                order=page.keys,
                effect=page.effect,
                variants=tuple(which) if len(which) < len(of_pages) else (),
                index=("" if page.effect is PageEffect.REREADS else page_index(page)),
            )
            for page, which in labels.items()
        ]
    )


def _with_order(
    one: UnservedCondition, pages: Sequence[UnservedOrder]
) -> UnservedCondition:
    """Return the finding with the index that serves the order of pages as well, if it has the conditions."""
    better = [
        page.index
        for page in pages
        if page.table == one.table
        and page.index
        and page.conditions
        and {*page.conditions} <= {*one.conditions}
    ]
    return replace(one, indexes=(better[0],)) if better and one.indexes else one


def _unserved(
    query: Query,
    scan: UnservedScan,
    labels: Sequence[str],
    count: int,
    catalog: Catalog,
    indexes: TableIndexes,
) -> UnservedCondition:
    names = {parameter.number: parameter.name for parameter in query.parameters}
    types = _column_types(catalog, scan.schema, scan.table)
    leading = [
        index.columns[0]
        for index in indexes.of(scan.schema, scan.table)
        if not index.partial and index.method == "btree"
    ]
    return UnservedCondition(
        table=table_name((scan.schema, scan.table)),
        conditions=tuple([with_parameter_names(text, names) for text in scan.texts]),
        variants=tuple(labels) if len(labels) < count else (),
        indexes=candidate_indexes(scan, types, leading),
        rewrites=tuple(
            [
                replace(
                    one,
                    condition=with_parameter_names(one.condition, names),
                    instead=with_parameter_names(one.instead, names),
                )
                for one in condition_rewrites(scan, types, indexes)
            ]
        ),
    )


def _column_types(catalog: Catalog, schema: str, table: str) -> Mapping[str, PgType]:
    """Return the types of a table's columns by their names."""
    return {
        column.name: column.type
        for relation in catalog.relations.values()
        if (relation.schema, relation.name) == (schema, table)
        for column in relation.columns.values()
    }


def _functions(statements: Sequence[StatementPlans], catalog: Catalog) -> set[str]:
    """Return the functions of users in the plans that may run statements of their own.

    A SQL function that PostgreSQL has put into the plan is not among them: its statement is seen.
    """
    own = {
        routine.name: routine
        for routine in catalog.functions.values()
        if not routine.system and routine.language in ("sql", "plpgsql")
    }
    return {
        table_name((own[name].schema, name))
        for statement in statements
        for plan in statement.plans.values()
        for node in plan.nodes()
        for name in _called((*node.output, node.filter, f"{node.function}("))
        if name in own
    }


def _called(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for _, name in _CALL.findall(text):
            yield name.strip('"')


def _chosen(queries: Sequence[Query], names: Sequence[str]) -> tuple[Query, ...]:
    """Return the queries of those names, all if there are none."""
    check_query_names(names, [query.name for query in queries])
    return tuple([query for query in queries if not names or query.name in names])
