"""Seeds -> rows in a database."""

from collections.abc import Iterator, Sequence

from .. import parse
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.source import SourceFile, Span
from ..parse.statements import TRANSACTION_CONTROL
from .scripts.transaction import in_transaction, run_file
from .sessions.protocol import Operation, run_operation, run_statement
from .sessions.session import RESET_SETTINGS


def seed(conninfo: str, seeds: Sequence[SourceFile]) -> None:
    """Run the files in order, in one transaction.

    Raises `SqlgenError` with PostgreSQL's message at its place; then no row is inserted. Raises it,
    too, for a file that would end the transaction.
    """
    for source in seeds:
        parse.refuse_psql_commands(source)
    if problems := [
        problem for source in seeds for problem in _ends_transaction(source)
    ]:
        raise SqlgenError(*problems)
    if seeds:
        first, *others = seeds
        run_operation(conninfo, in_transaction(first, lambda: _run_files(others)))


def _run_files(sources: Sequence[SourceFile]) -> Operation[None]:
    for source in sources:
        yield from run_file(source)
        yield from run_statement(RESET_SETTINGS)


def _ends_transaction(source: SourceFile) -> Iterator[Diagnostic]:
    for start, end in parse.statements(source.text):
        if words := TRANSACTION_CONTROL.match(source.text, start, end):
            yield Diagnostic(
                code="transaction-control",
                message=f"`{words[0].upper()}` interferes with the transaction that all seeds are in",
                label=Label(Span(source, *words.span())),
                hint="remove it: all files are inserted, or none",
            )
