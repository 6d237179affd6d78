"""Applies what is pending: each migration with its row of the ledger, or neither."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from .. import parse
from ..model.diagnostic import SqlgenError
from ..model.migration import Migration
from ..model.source import SourceFile
from . import ledger
from .execute import RESET_SESSION
from .failures import diagnose_failure
from .pending import MigrationPlan, plan_apply
from .protocol import Operation, run_script, run_statement
from .status import MigrationStatus, compare_with_ledger

LOGGER = logging.getLogger("sqlgen.migrate")


@dataclass(frozen=True, slots=True)
class MigrationRun:
    """A migration that was applied or reverted, and how long it took."""

    migration: Migration
    seconds: float


def apply_pending(
    migrations: Sequence[Migration],
    table: str,
    *,
    to: int | None,
    allow_out_of_order: bool,
    progress: Callable[[MigrationRun], None],
) -> Operation[tuple[MigrationRun, ...]]:
    """Apply the pending migrations, under the lock."""
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    standings = compare_with_ledger(migrations, applied)
    pending = plan_apply(standings, to=to, allow_out_of_order=allow_out_of_order)
    log_warnings(pending)
    done = []
    for item in pending.standings:
        assert item.migration is not None
        LOGGER.info("applying migration %d (%s)", item.version, item.description)
        start = time.monotonic_ns()
        if item.migration.transactional:
            yield from _in_transaction(name, item.migration, start)
        else:
            yield from _by_statement(name, item, item.migration, start)
        yield from run_statement(RESET_SESSION)
        done.append(MigrationRun(item.migration, (time.monotonic_ns() - start) / 1e9))
        LOGGER.info("applied migration %d in %.3f s", item.version, done[-1].seconds)
        progress(done[-1])
    return tuple(done)


def log_warnings(pending: MigrationPlan) -> None:
    """Log what there is to say before anything runs."""
    for note in pending.notes:
        LOGGER.warning("%s; %s", note.message, note.hint)


def run_file(source: SourceFile) -> Operation[None]:
    """Run all of a file.

    Raises `SqlgenError` with PostgreSQL's message at its place.
    """
    try:
        failure = yield from run_script(source.text)
    except psycopg.OperationalError as error:  # the connection is lost
        raise SqlgenError(diagnose_failure(error, source, (), 0)) from None
    if failure is not None:
        statements = parse.statements(source.text)
        raise SqlgenError(
            diagnose_failure(failure.error, source, statements, failure.done)
        )


def in_transaction(
    source: SourceFile, talk: Callable[[], Operation[None]]
) -> Operation[None]:
    """Run *source* and hold *talk* in one transaction.

    The settings that the script made are taken back before: a search path without the ledger's
    schema, or a role that may not write to it, would be in the way.
    """
    yield from run_statement("BEGIN")
    try:
        yield from run_file(source)
        yield from run_statement(RESET_SESSION)
        yield from talk()
        try:
            yield from run_statement("COMMIT")
        except psycopg.Error as error:  # a deferred constraint
            raise SqlgenError(diagnose_failure(error, source, (), 0)) from None
    except BaseException:
        with suppress(psycopg.Error):
            yield from run_statement("ROLLBACK")
        raise


def _in_transaction(
    name: sql.Identifier, migration: Migration, start: int
) -> Operation[None]:
    def written() -> Operation[None]:
        yield from ledger.insert(name, migration, success=True)

    yield from in_transaction(migration.up, written)
    elapsed = time.monotonic_ns() - start
    yield from ledger.update(
        name, migration.version, success=True, execution_time=elapsed
    )


def _by_statement(
    name: sql.Identifier, item: MigrationStatus, migration: Migration, start: int
) -> Operation[None]:
    """Run the statements one by one, outside of a transaction, from where it stopped before.

    The ledger is told after each, so that a failure, or a kill, loses no more than one.
    """
    source = migration.up
    statements = parse.statements(source.text)
    if item.applied is None:
        before = 0
        yield from ledger.insert(name, migration, success=False)
    else:
        before = item.applied.statements_done
        LOGGER.info(
            "migration %d goes on after statement %d", migration.version, before
        )
    for number, (first, end) in enumerate(statements, start=1):
        text = source.text[first:end]
        if number <= before and not text[:4].lower().startswith("set"):
            continue  # settings are the session's, which is a new one
        yield from _statement(source, first, text, number, len(statements))
        if number > before:
            yield from ledger.update(
                name, migration.version, success=False, execution_time=-1 - number
            )
    elapsed = time.monotonic_ns() - start
    yield from ledger.update(
        name, migration.version, success=True, execution_time=elapsed
    )


def _statement(
    source: SourceFile, first: int, text: str, number: int, count: int
) -> Operation[None]:
    try:
        failure = yield from run_script(text)
    except psycopg.OperationalError as error:
        raise SqlgenError(diagnose_failure(error, source, (), 0)) from None
    if failure is None:
        return
    found = diagnose_failure(
        failure.error, source, ((first, first + len(text)),), 0, offset=first
    )
    resume = (
        f"this is statement {number} of {count}, outside of a transaction: the ones before it"
        " stay, and the next `sqlgen migrate up` goes on here"
    )
    raise SqlgenError(
        replace(found, hint=f"{found.hint} ({resume})" if found.hint else resume)
    )
