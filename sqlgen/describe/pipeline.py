"""Statements -> what any server answers to Parse and Describe through libpq, many a round trip."""

import select
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat

from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from .responses import TREE, ParsedStatement, Response, StatementError, WireColumn

BATCH = 64
"""Statements a Sync: an error makes the server skip what follows it up to the next one."""


def describe_pipelined(
    pgconn: PGconn, statements: Sequence[str]
) -> tuple[Response, ...]:
    """The server's answers, in order. The connection is idle before and after.

    Nothing is executed. All statements go through the unnamed prepared statement, which the next
    simple query drops.
    """
    answers: list[Response] = []
    handler = pgconn.notice_handler
    pgconn.enter_pipeline_mode()
    try:
        while len(answers) < len(statements):
            # A refused statement ends a batch: the server has skipped what came after it.
            following = islice(statements, len(answers), len(answers) + BATCH)
            answers.extend(_batch(pgconn, tuple(following)))
    finally:
        pgconn.notice_handler = handler
        pgconn.exit_pipeline_mode()
    return tuple(answers)


def _batch(pgconn: PGconn, statements: Sequence[str]) -> Sequence[Response]:
    """Answers up to and including the first refusal.

    libpq hands a notice over as soon as it has read it, which may be before the result of the
    statement in front of it. Their order is kept, though, and an accepted statement sends exactly
    one tree, so trees are dealt out by their order. A count that does not agree (an empty
    statement sends none, and one that is analysed anew for its description sends two) is no
    guess: each statement is then asked about on its own.
    """
    trees: list[bytes] = []
    described: list[PGresult] = []
    refusals: list[PGresult] = []
    pgconn.notice_handler = lambda notice: trees.extend(_trees(notice))
    for statement in statements:
        pgconn.send_prepare(b"", statement.encode())
        pgconn.send_describe_prepared(b"")
    pgconn.pipeline_sync()
    for result in _results_until_sync(pgconn):
        if result.status == ExecStatus.FATAL_ERROR:
            refusals.append(result)
        elif result.status == ExecStatus.COMMAND_OK:
            described.append(result)

    # Parse and Describe answer in turns; a Describe that failed leaves its Parse behind.
    described = described[1::2]
    # What is refused late, by the rewriter, has sent its tree before.
    surplus = len(trees) - len(described)
    if len(statements) > 1 and surplus not in (0, len(refusals)):
        alone = (_batch(pgconn, (statement,)) for statement in statements)
        return tuple(chain.from_iterable(alone))
    return (
        *map(_accepted, described, chain(trees, repeat(b""))),
        *map(_refused, refusals),
    )


def _results_until_sync(pgconn: PGconn) -> Iterator[PGresult]:
    """All results up to the Sync; sends and receives at once, so that neither side can block.

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
    """The tree of a notice that carries one; a server may send other log lines too."""
    if notice.error_field(DiagnosticField.MESSAGE_PRIMARY) == TREE:
        yield notice.error_field(DiagnosticField.MESSAGE_DETAIL) or b""


def _accepted(described: PGresult, tree: bytes) -> ParsedStatement:
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


def _refused(result: PGresult) -> StatementError:
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
