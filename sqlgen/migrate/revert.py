"""Reverts migrations: each down file with its row's deletion, or neither."""

import logging
import time
from collections.abc import Callable, Sequence

from psycopg import sql

from .. import parse
from ..model.diagnostic import SqlgenError
from ..model.migration import Migration
from ..model.source import SourceFile
from . import ledger
from .protocol import Talk, ask, run
from .execute import RESET_SESSION
from .failures import diagnosed
from .pending import to_revert
from .status import standing
from .apply import Done, say, transaction

LOGGER = logging.getLogger("sqlgen.migrate")


def down(
    migrations: Sequence[Migration],
    table: str,
    *,
    steps: int,
    to: int | None,
    progress: Callable[[Done], None],
) -> Talk[tuple[Done, ...]]:
    """Revert the last migrations, under the lock."""
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    pending = to_revert(standing(migrations, applied), steps=steps, to=to)
    say(pending)
    done = []
    for item in pending.standings:
        assert item.migration is not None
        LOGGER.info("reverting migration %d (%s)", item.version, item.description)
        start = time.monotonic_ns()
        yield from _revert(name, item.migration)
        yield from ask(RESET_SESSION)
        done.append(Done(item.migration, (time.monotonic_ns() - start) / 1e9))
        progress(done[-1])
    return tuple(done)


def _revert(name: sql.Identifier, migration: Migration) -> Talk[None]:
    source = migration.down
    assert source is not None
    if source.text.startswith("-- no-transaction"):
        yield from _by_statement(source)
        yield from ask(RESET_SESSION)
        yield from ledger.delete(name, migration.version)
    else:
        yield from transaction(source, lambda: ledger.delete(name, migration.version))


def _by_statement(source: SourceFile) -> Talk[None]:
    for start, end in parse.statements(source.text):
        failure = yield from run(source.text[start:end])
        if failure is not None:
            raise SqlgenError(
                diagnosed(failure.error, source, ((start, end),), 0, offset=start)
            )
