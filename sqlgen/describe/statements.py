"""Query, connection -> Description: types, names and the analysed tree of each query."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..model.catalog import Catalog, DomainType, PgType
from ..model.description import Description, ResultColumn, TableColumn
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.query import Query
from .ambiguous_parameters import deduced
from .query_errors import query_error
from .responses import DescribeStatements, ParsedStatement, StatementError, WireColumn
from .tree_text import unwrap
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg

_ANALYSED = re.compile(rb"\{QUERY(?:\s:\w+\s\w+)*\s:utilityStmt\s<>")
"""How the tree of a statement starts that is no utility statement."""


def queries(
    session: "WireConnection | psycopg.Connection[Any]",
    catalog: Catalog,
    queries: Sequence[Query],
) -> tuple[Description | Diagnostic, ...]:
    """What the server says of each query, or against it, in the queries' order.

    Nothing is executed, and nothing stays changed on the session. `catalog` is that of the same
    database. Raises `psycopg.ProgrammingError` within a transaction block.
    """
    with _asking(session) as ask:
        answers = ask([query.sql.text for query in queries])
        return tuple(
            (
                query_error(
                    query,
                    answer,
                    catalog,
                    deduced=deduced(ask, query, answer, catalog.types),
                )
                if isinstance(answer, StatementError)
                else _description(query, answer, catalog.types)
            )
            for query, answer in zip(queries, answers, strict=True)
        )


@contextmanager
def _asking(
    session: "WireConnection | psycopg.Connection[Any]",
) -> Iterator[DescribeStatements]:
    """What asks the server on that session."""
    if isinstance(session, WireConnection):
        yield session.describe
        return
    import psycopg

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
    query: Query, accepted: ParsedStatement, types: Mapping[int, PgType]
) -> Description:
    return Description(
        query=query,
        parameter_types=tuple(types[oid] for oid in accepted.parameters),
        columns=tuple(_column(column, types) for column in accepted.columns),
        tree=_query_tree(accepted.tree),
        digest=_digest(accepted),
    )


def _digest(accepted: ParsedStatement) -> bytes:
    columns = [(c.name, c.type, c.table, c.number) for c in accepted.columns]
    facts = repr((accepted.parameters, columns)).encode()
    return hashlib.sha256(facts + accepted.tree).digest()


def _column(column: WireColumn, types: Mapping[int, PgType]) -> ResultColumn:
    type_ = types[column.type]
    while isinstance(type_, DomainType):
        type_ = type_.base
    origin = TableColumn(column.table, column.number) if column.table else None
    return ResultColumn(column.name, type_, origin)


def _query_tree(wrapped: bytes) -> str:
    """The tree on one line; nothing for a utility statement, which is not analysed."""
    return unwrap(wrapped) if _ANALYSED.match(wrapped) else ""
