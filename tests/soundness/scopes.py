"""What an expression of a random query may name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.soundness.templates import Columns


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in FROM under an alias."""

    alias: str
    columns: Columns


@dataclass(frozen=True)
class Scope:
    """What an expression may name, how deep it may go, and where it stands.

    `outer` are the sources of the queries around it. `grouped` are the expressions of GROUP BY, the
    only ones that may be named outside of aggregates; None where nothing is grouped. `windows`: window
    functions are allowed. `top`: it is the statement's own level, where WITH may change data.
    """

    sources: tuple[Source, ...] = ()
    outer: tuple[Source, ...] = ()
    ctes: tuple[Source, ...] = ()
    depth: int = 3
    grouped: tuple[tuple[str, str], ...] | None = None
    windows: bool = False
    top: bool = False

    def deeper(self) -> "Scope":
        return replace(self, depth=self.depth - 1, top=False)

    def columns(self, type_: str) -> list[str]:
        if self.grouped is not None:
            return [sql for sql, kind in self.grouped if kind == type_]
        return self.raw(self.sources, type_) or self.raw(self.outer, type_)

    def raw(self, sources: Sequence[Source], type_: str) -> list[str]:
        return [f"{s.alias}.{n}" for s in sources for n, k in s.columns if k == type_]
