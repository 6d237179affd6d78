"""Seeds -> rows in a database."""

from collections.abc import Sequence

from ..model.source import SourceFile
from .apply import in_transaction, run_file
from .execute import RESET_SESSION
from .protocol import Operation, run_operation, run_statement


def seed(conninfo: str, seeds: Sequence[SourceFile]) -> None:
    """Run the files in order, in one transaction.

    Raises `SqlgenError` with PostgreSQL's message at its place; then nothing has happened.
    """
    if seeds:
        run_operation(conninfo, lambda: _talk(seeds))


def _talk(seeds: Sequence[SourceFile]) -> Operation[None]:
    first, *others = seeds

    def rest() -> Operation[None]:
        for source in others:
            yield from run_file(source)
            yield from run_statement(RESET_SESSION)

    yield from in_transaction(first, rest)
