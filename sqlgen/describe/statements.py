"""Query, session -> Description: the types, the columns and the analysed tree of each query."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from ..model.catalog import Catalog, DomainType, PgType
from ..model.description import (
    Description,
    ResultColumn,
    TableColumn,
    VariantTrees,
)
from ..model.diagnostic import Diagnostic, Label, ServerUnavailableError
from ..model.query import Query
from .ambiguous_parameters import type_elsewhere
from .planning import (
    Execute,
    PlannedStatement,
    may_fail_in_planning,
    planning_errors,
)
from .query_errors import query_error
from .responses import (
    DescribeStatements,
    ParsedStatement,
    Response,
    StatementError,
    WireColumn,
)
from .tree_text import unwrap
from .variants import describe_variants
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
    with _session_functions(session) as (describe, execute):
        responses = _with_planning_errors(
            queries,
            describe([query.sql.text for query in queries]),
            execute,
            catalog.server_version,
        )
        variants = describe_variants(
            describe, queries, responses, partial(_result_type, types=catalog.types)
        )
        return tuple(
            [
                _outcome(describe, query, response, variants.get(place), catalog)
                for place, (query, response) in enumerate(
                    zip(queries, responses, strict=True)
                )
            ]
        )


def _outcome(
    describe: DescribeStatements,
    query: Query,
    response: Response,
    variants: VariantTrees | Diagnostic | None,
    catalog: Catalog,
) -> Description | Diagnostic:
    """Return the description of a query, or the error about it."""
    if isinstance(response, StatementError):
        elsewhere = type_elsewhere(describe, query, response, catalog.types)
        return query_error(query, response, catalog, type_elsewhere=elsewhere)
    if error := _no_parameters(query, response):
        return error
    if isinstance(variants, Diagnostic):
        return variants
    return _description(query, response, catalog.types, variants)


@contextmanager
def _session_functions(
    session: "WireConnection | psycopg.Connection[Any]",
) -> Iterator[tuple[DescribeStatements, Execute]]:
    """Yield the functions that describe statements on the session, and that run them."""
    if isinstance(session, WireConnection):
        yield session.describe, session.execute
        return
    import psycopg  # not needed for an embedded server

    from .pipeline import describe_pipelined, execute
    from .tree_settings import debug_print_parse

    pgconn = session.pgconn
    try:
        with debug_print_parse(pgconn):
            yield (
                partial(describe_pipelined, pgconn),
                lambda statements: execute(pgconn, statements),
            )
    except psycopg.OperationalError as error:
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message=f"the server does not answer: {str(error).strip()}",
                label=None,
                hint="run it again, and check that the server runs",
            )
        ) from None


def _with_planning_errors(
    queries: Sequence[Query],
    responses: Sequence[Response],
    execute: Execute,
    server_version: int,
) -> Sequence[Response]:
    """Return the responses with the planner's errors about statements that could be analysed."""
    suspects = {
        place: PlannedStatement(query.sql.text, len(response.parameters))
        for place, (query, response) in enumerate(zip(queries, responses, strict=True))
        if isinstance(response, ParsedStatement)
        and _QUERY_NODE.match(response.tree)
        and may_fail_in_planning(response.tree)
    }
    errors = planning_errors(execute, tuple(suspects.values()), server_version)
    refused = {
        place: error for place, error in zip(suspects, errors, strict=True) if error
    }
    return [refused.get(place, response) for place, response in enumerate(responses)]


def _no_parameters(query: Query, statement: ParsedStatement) -> Diagnostic | None:
    """Return the error about a parameter of a statement such as PREPARE, which takes none."""
    count = len(statement.parameters)
    extra = next((p for p in query.parameters if p.number > count), None)
    if extra is None:
        return None
    return Diagnostic(
        code="no-parameters",
        message=f"PostgreSQL takes no parameters in this statement, `:{extra.name}`",
        label=Label(extra.spans[0]),
        hint="write the value itself, or run a statement that takes parameters, such as SELECT",
    )


def _description(
    query: Query,
    statement: ParsedStatement,
    types: Mapping[int, PgType],
    variants: VariantTrees | None,
) -> Description:
    return Description(
        query=query,
        parameter_types=tuple(types[oid] for oid in statement.parameters),
        columns=tuple(_column(column, types) for column in statement.columns),
        # A utility statement is not analysed: its tree is only what was parsed.
        tree=unwrap(statement.tree) if _QUERY_NODE.match(statement.tree) else "",
        digest=_digest(statement, variants),
        variants=variants,
    )


def _digest(statement: ParsedStatement, variants: VariantTrees | None) -> bytes:
    columns = [(c.name, c.type, c.table, c.number) for c in statement.columns]
    types = repr((statement.parameters, columns)).encode()
    trees = repr(variants).encode() if variants else b""
    return hashlib.sha256(types + statement.tree + trees).digest()


def _column(column: WireColumn, types: Mapping[int, PgType]) -> ResultColumn:
    origin = TableColumn(column.table, column.number) if column.table else None
    return ResultColumn(column.name, _result_type(column.type, types), origin)


def _result_type(oid: int, types: Mapping[int, PgType]) -> PgType:
    """Return the type of a result column, which is never a domain."""
    type_ = types[oid]
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_
