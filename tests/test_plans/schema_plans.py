"""A database, the text of a query file -> the findings about its queries' plans."""

from functools import partial

import psycopg
from psycopg.rows import TupleRow

from sqlgen import describe, explain, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery
from sqlgen.plans import QueryFindings
from sqlgen.plans.analysis import explained, query_findings
from sqlgen.plans.summaries import query_key

Connection = psycopg.Connection[TupleRow]


def typed_queries(connection: Connection, text: str) -> tuple[TypedQuery, ...]:
    """Return the analysed queries of a file with that text."""
    file = parse.query_file(SourceFile("queries/q.sql", text))
    catalog = describe.catalog(connection)
    outcomes = describe.queries(connection, catalog, file.queries)
    typed = [infer.query(d, catalog) for d in outcomes if isinstance(d, Description)]
    assert len(typed) == len(outcomes), outcomes
    return tuple(typed)


def findings_of(connection: Connection, text: str) -> tuple[QueryFindings, ...]:
    """Return the findings about the queries of a file with that text."""
    queries = typed_queries(connection, text)
    catalog = describe.catalog(connection)
    ask = partial(describe.answer, connection)
    ask_all = partial(describe.answers, connection)
    plans = explained(ask_all, catalog.server_version, queries)
    indexes = explain.fetch_indexes(ask)
    return tuple(
        [
            query_findings(query, plans[query_key(query.query)], catalog, indexes)
            for query in queries
        ]
    )
