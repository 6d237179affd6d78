"""Statements -> the server's responses to Parse and Describe, through libpq in pipeline mode."""

import select
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat

from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from .responses import (
    PARSE_TREE_MESSAGE,
    ParsedStatement,
    Response,
    StatementError,
    WireColumn,
)

BATCH_SIZE = 64
"""Statements before each Sync: after an error, the server skips everything up to the next one."""


def describe_pipelined(
    pgconn: PGconn,
    statements: Sequence[str],
    parameter_types: Sequence[Sequence[int]] = (),
) -> tuple[Response, ...]:
    """Return the server's responses, in order. The connection is idle before and after.

    *parameter_types* are oids for each statement's parameters; without them the server infers all types.

    Nothing is executed. All statements go through the unnamed prepared statement, which the next
    simple query drops. The session must have the settings of `debug_print_parse`.
    """
    responses: list[Response] = []
    handler = pgconn.notice_handler
    types = parameter_types or ((),) * len(statements)
    typed = tuple(zip(statements, types, strict=True))
    pgconn.enter_pipeline_mode()
    try:
        while len(responses) < len(typed):
            # An error ends a batch early: the server has skipped the statements after it.
            remaining = islice(typed, len(responses), len(responses) + BATCH_SIZE)
            responses.extend(_describe_batch(pgconn, tuple(remaining)))
    finally:
        pgconn.notice_handler = handler
        pgconn.exit_pipeline_mode()
    return tuple(responses)


def execute(
    pgconn: PGconn, statements: Sequence[str]
) -> tuple[StatementError | None, ...]:
    """Run simple queries one by one, and return the error of each that fails."""
    results = [pgconn.exec_(statement.encode()) for statement in statements]
    return tuple(
        [
            (
                _statement_error(result)
                if result.status == ExecStatus.FATAL_ERROR
                else None
            )
            for result in results
        ]
    )


def answer(pgconn: PGconn, statement: str) -> list[tuple[str, ...]] | StatementError:
    """Run a simple query; return its rows as texts, with empty ones for NULL, or its error."""
    result = pgconn.exec_(statement.encode())
    if result.status == ExecStatus.FATAL_ERROR:
        return _statement_error(result)
    return [
        tuple(
            [
                (result.get_value(row, column) or b"").decode()
                for column in range(result.nfields)
            ]
        )
        for row in range(result.ntuples)
    ]


def _describe_batch(
    pgconn: PGconn, statements: Sequence[tuple[str, Sequence[int]]]
) -> Sequence[Response]:
    """Return the responses up to and including the first error.

    libpq calls the notice handler as soon as it has read a notice, which may be before it returns
    the result of an earlier statement. So a tree cannot be matched with its statement by the time
    when it comes, but by its order: each accepted statement sends exactly one tree. There are
    exceptions: an empty statement sends none, one that is analysed again for Describe sends
    two, and one that the rewriter rejects has already sent its tree. Wherever the numbers do not agree, each statement is asked about on its own.
    """
    trees: list[bytes] = []
    described: list[PGresult] = []
    errors: list[PGresult] = []
    pgconn.notice_handler = lambda notice: trees.extend(_trees(notice))
    for text, parameter_types in statements:
        pgconn.send_prepare(b"", text.encode(), parameter_types)
        pgconn.send_describe_prepared(b"")
    pgconn.pipeline_sync()
    for result in _results_until_sync(pgconn):
        if result.status == ExecStatus.FATAL_ERROR:
            errors.append(result)
        elif result.status == ExecStatus.COMMAND_OK:
            described.append(result)

    # Parse and Describe have alternating results; a failed Describe leaves that of its Parse.
    described = described[1::2]
    if len(statements) > 1 and len(trees) != len(described):
        each_alone = (_describe_batch(pgconn, (statement,)) for statement in statements)
        return tuple(chain.from_iterable(each_alone))
    return (
        *map(_parsed_statement, described, chain(trees, repeat(b""))),
        *map(_statement_error, errors),
    )


def _results_until_sync(pgconn: PGconn) -> Iterator[PGresult]:
    """Yield all results up to the Sync, sending and receiving at the same time.

    The server stops reading when nobody takes its notices, and a client that only writes would
    then wait for ever.
    """
    unsent = True
    while True:
        while unsent or pgconn.is_busy():
            unsent = bool(pgconn.flush())
            if unsent or pgconn.is_busy():
                writers = [pgconn.socket] if unsent else []
                select.select([pgconn.socket], writers, [])
                pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # the end of one command's results
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _trees(notice: PGresult) -> Iterator[bytes]:
    """Yield the tree, if the notice has one; a server may also send other log messages."""
    if notice.error_field(DiagnosticField.MESSAGE_PRIMARY) == PARSE_TREE_MESSAGE:
        yield notice.error_field(DiagnosticField.MESSAGE_DETAIL) or b""


def _parsed_statement(described: PGresult, tree: bytes) -> ParsedStatement:
    return ParsedStatement(
        parameters=tuple(
            described.param_type(index) for index in range(described.nparams)
        ),
        columns=tuple(
            WireColumn(
                name=(described.fname(index) or b"").decode(),
                type=described.ftype(index),
                table=described.ftable(index),
                number=described.ftablecol(index),
            )
            for index in range(described.nfields)
        ),
        tree=tree,
    )


def _statement_error(result: PGresult) -> StatementError:
    def text(field: DiagnosticField) -> str:
        return (result.error_field(field) or b"").decode(errors="replace")

    position = text(DiagnosticField.STATEMENT_POSITION)
    return StatementError(
        sqlstate=text(DiagnosticField.SQLSTATE),
        message=text(DiagnosticField.MESSAGE_PRIMARY),
        detail=text(DiagnosticField.MESSAGE_DETAIL),
        hint=text(DiagnosticField.MESSAGE_HINT),
        position=int(position) if position else None,
    )
