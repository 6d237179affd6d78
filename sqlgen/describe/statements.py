"""Query, session -> Description: the types, the columns and the analysed tree of each query."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..model.catalog import Catalog, DomainType, PgType
from ..model.description import Description, ResultColumn, TableColumn
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.query import Query
from .ambiguous_parameters import type_elsewhere
from .query_errors import query_error
from .responses import DescribeStatements, ParsedStatement, StatementError, WireColumn
from .tree_text import unwrap
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg

_QUERY_NODE = re.compile(rb"\{QUERY(?:\s:\w+\s\w+)*\s:utilityStmt\s<>")
"""The start of the tree of a statement that is not a utility statement."""


def queries(
    session: "WireConnection | psycopg.Connection[Any]",
    catalog: Catalog,
    queries: Sequence[Query],
) -> tuple[Description | Diagnostic, ...]:
    """Return the description of each query, or the server's error, in the queries' order.

    *catalog* is that of the database that the session is on. Nothing is executed, and the session
    is left as it was.

    Raises `ServerUnavailableError` if the server does not answer, and `psycopg.ProgrammingError`
    inside a transaction.
    """
    with _describe_function(session) as describe:
        responses = describe([query.sql.text for query in queries])
        return tuple(
            (
                query_error(
                    query,
                    response,
                    catalog,
                    type_elsewhere=type_elsewhere(
                        describe, query, response, catalog.types
                    ),
                )
                if isinstance(response, StatementError)
                else _description(query, response, catalog.types)
            )
            for query, response in zip(queries, responses, strict=True)
        )


@contextmanager
def _describe_function(
    session: "WireConnection | psycopg.Connection[Any]",
) -> Iterator[DescribeStatements]:
    """Yield the function that describes statements on the session."""
    if isinstance(session, WireConnection):
        yield session.describe
        return
    import psycopg  # not needed for an embedded server

    from .pipeline import describe_pipelined
    from .tree_settings import debug_print_parse

    pgconn = session.pgconn
    try:
        with debug_print_parse(pgconn):
            yield lambda statements: describe_pipelined(pgconn, statements)
    except psycopg.OperationalError as error:
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message=f"the server does not answer: {str(error).strip()}",
                label=None,
                hint="run it again, and check that the server runs",
            )
        ) from None


def _description(
    query: Query, statement: ParsedStatement, types: Mapping[int, PgType]
) -> Description:
    return Description(
        query=query,
        parameter_types=tuple(types[oid] for oid in statement.parameters),
        columns=tuple(_column(column, types) for column in statement.columns),
        # A utility statement is not analysed: its tree is only what was parsed.
        tree=unwrap(statement.tree) if _QUERY_NODE.match(statement.tree) else "",
        digest=_digest(statement),
    )


def _digest(statement: ParsedStatement) -> bytes:
    columns = [(c.name, c.type, c.table, c.number) for c in statement.columns]
    types = repr((statement.parameters, columns)).encode()
    return hashlib.sha256(types + statement.tree).digest()


def _column(column: WireColumn, types: Mapping[int, PgType]) -> ResultColumn:
    type_ = types[column.type]
    while isinstance(type_, DomainType):
        type_ = type_.base
    origin = TableColumn(column.table, column.number) if column.table else None
    return ResultColumn(column.name, type_, origin)
