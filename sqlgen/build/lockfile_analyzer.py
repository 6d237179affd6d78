"""Query files -> their analysed queries, as the lock has recorded them."""

from collections.abc import Mapping, Sequence

from .. import lockfile
from ..model.config import Config
from ..model.diagnostic import Diagnostic
from ..model.migration import Migration
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import records
from .analysis import Findings, gathered, in_order, parsed


class Locked:
    """Finds the analysed queries in the lock, which is among the *generated* files.

    Raises `SqlgenError` where there is no lock, or it cannot be read.
    """

    def __init__(
        self,
        config: Config,
        migrations: Sequence[Migration],
        generated: Mapping[str, bytes],
    ) -> None:
        scripts = [migration.up for migration in migrations]
        self._recorded = lockfile.Lockfile(config, scripts, generated)
        self.book: Mapping[str, records.Known] = {}
        self.keeps = False

    def analyse(self, sources: Sequence[SourceFile]) -> Findings:
        """The recorded queries of the files, and all that is not recorded."""
        files, wrong = parsed(sources)
        typed: dict[int, TypedQuery] = {}
        stale = list(wrong)
        for file, _ in files:
            found, changed = self._recorded.queries(file)
            typed |= {id(one.query): one for one in found}
            stale.extend(changed)
        return gathered(files, typed, {}), tuple(stale)

    def carried_over(self, _: Sequence[SourceFile]) -> dict[str, records.Known]:
        """Nothing is known from before."""
        return {}

    def get_ready(self) -> None:
        """Nobody is asked."""

    def remember(self, _: Mapping[str, records.Known]) -> None:
        """Nothing is kept."""

    def explained(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """All that is not as recorded: the schema and the settings, then the queries."""
        return (*self._recorded.stale, *in_order(diagnostics))
