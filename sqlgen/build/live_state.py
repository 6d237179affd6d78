"""The data of a project that is being edited: what is known of it at one moment, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.catalog import Catalog
from ..model.config import Config
from ..model.diagnostic import Diagnostic
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.query import QueryFile
from ..model.source import SourceFile
from ..model.typed import TypedQuery

if TYPE_CHECKING:  # imported while the server starts
    from ..translate import ModulePath, TranslationContext


@frozen
class LiveFile:
    """A query file as it stands in the editor: the queries that can be read, and those that are valid.

    `errors` are those in its text, and those that PostgreSQL and inference find.
    """

    parsed: QueryFile
    typed: tuple[TypedQuery, ...] = ()
    errors: tuple[Diagnostic, ...] = ()

    @property
    def source(self) -> SourceFile:
        """Return the text that was analysed."""
        return self.parsed.source

    def typed_query(self, name: str) -> TypedQuery | None:
        """Return the valid query of that name; `None` if there is none."""
        return next((one for one in self.typed if one.query.name == name), None)


@frozen(kw_only=True)
class LiveState:
    """A project at one moment.

    `config` is None if the configuration cannot be read. `files` are the query files that were
    analysed, by path; while a project is opened, some may be missing (`is_complete` is false). `scripts` are the
    files that the schema comes from, and `migrations` those that `catalog` is of: the last that could be
    applied; `is_opening`: another one is being made of the `scripts`. `context` and `modules` tell the names in Python; `context` is None if there are none.
    `diagnostics` is all that is wrong, by file and position, first what has no place.
    """

    root: Path
    config: Config | None = None
    files: Mapping[str, LiveFile] = field(default_factory=dict)
    scripts: tuple[SourceFile, ...] = ()
    migrations: tuple[Migration, ...] = ()
    catalog: Catalog | None = None
    context: "TranslationContext | None" = None
    modules: "Mapping[str, ModulePath]" = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    is_complete: bool = False
    is_opening: bool = False
