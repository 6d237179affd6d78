"""What an expression of a random query may refer to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.soundness.templates import Columns


@dataclass(frozen=True, slots=True)
class Source:
    """An item of FROM with an alias."""

    alias: str
    columns: Columns


@dataclass(frozen=True)
class Scope:
    """What an expression may refer to, how deep it may be nested, and where it is.

    `outer` are the sources of the enclosing queries. `grouped` are the expressions of GROUP BY, the
    only ones that are allowed outside of aggregates; None if the query is not grouped. `windows`:
    window functions are allowed. `top`: it is the outermost query, where WITH may change data.
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
