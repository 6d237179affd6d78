"""Seeds -> rows in a database."""

from collections.abc import Sequence

from ..model.source import SourceFile
from .protocol import Talk, ask, converse
from .execute import RESET_SESSION
from .apply import script, transaction


def seed(conninfo: str, seeds: Sequence[SourceFile]) -> None:
    """Run the files in order, in one transaction.

    Raises `SqlgenError` with PostgreSQL's message at its place; then nothing has happened.
    """
    if seeds:
        converse(conninfo, lambda: _talk(seeds))


def _talk(seeds: Sequence[SourceFile]) -> Talk[None]:
    first, *others = seeds

    def rest() -> Talk[None]:
        for source in others:
            yield from script(source)
            yield from ask(RESET_SESSION)

    yield from transaction(first, rest)
