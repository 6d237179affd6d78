"""Seeds -> rows in a database."""

from collections.abc import Sequence

from ..model.source import SourceFile
from .apply import in_transaction, run_file
from .protocol import Operation, run_operation, run_statement
from .session import RESET_SETTINGS


def seed(conninfo: str, seeds: Sequence[SourceFile]) -> None:
    """Run the files in order, in one transaction.

    Raises `SqlgenError` with PostgreSQL's message at its place; then no row is inserted.
    """
    if seeds:
        first, *others = seeds
        run_operation(conninfo, in_transaction(first, _run_files(others)))


def _run_files(sources: Sequence[SourceFile]) -> Operation[None]:
    for source in sources:
        yield from run_file(source)
        yield from run_statement(RESET_SETTINGS)
