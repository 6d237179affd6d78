"""A project whose files are being edited -> `LiveState`, as fast as one types.

The server, the schema and the analyses are kept: of a changed file, only the queries that have changed
go to the server. Migrations that cannot be applied leave the schema as it was before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from .. import cache, lockfile, parse, read
from ..model.catalog import CompositeType
from ..model.config import Config, ModelScope
from ..model.diagnostic import (
    Diagnostic,
    ServerUnavailableError,
    SqlgenError,
    attempt,
)
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.progress import no_progress
from ..model.query import Query
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import newest_migration_warnings
from .analysis.analyzer import in_reading_order
from .analysis.database_analyzer import DatabaseAnalyzer
from .analysis.recorded_analyzer import without_migrations
from .live_state import LiveFile, LiveState
from .records.file_records import FileRecords
from .schema_origin import schema_scripts, schema_sources, schema_warnings
from .server.server_pool import ServerPool
from .typed_functions import at_setting

if TYPE_CHECKING:  # imported while the server starts
    from .live_translation import LiveTranslator, Translation

_BATCH: Final = 128
"""Queries that are analysed before the editor is listened to again."""


@frozen
class _Saved:
    """A project as it stands on disk: its configuration, query files, and what makes the schema."""

    config: Config
    queries: tuple[SourceFile, ...]
    scripts: tuple[SourceFile, ...]


class LiveProject:
    """Keeps what is known of a project warm, and brings it up to date with what is in the editor.

    *load* reads the configuration, which may change as well.
    """

    def __init__(self, load: Callable[[], Config], root: Path) -> None:
        self._load = load
        self._root = root
        self._pool = ServerPool()
        self._saved: _Saved | None = None
        self._saved_errors: tuple[Diagnostic, ...] = ()
        self._scripts: tuple[SourceFile, ...] | None = None
        self._schema_errors: tuple[Diagnostic, ...] = ()
        self._migrations: tuple[Migration, ...] = ()
        self._analyzer: DatabaseAnalyzer | None = None
        self._routine_files: tuple[SourceFile, ...] = ()
        self._schema_warnings: tuple[Diagnostic, ...] = ()
        self._sources: tuple[SourceFile, ...] = ()
        self._source_errors: tuple[Diagnostic, ...] = ()
        self._packs: dict[str, bytes] = {}
        self._files: dict[str, LiveFile] = {}
        self._translator: LiveTranslator | None = None
        self._all_tables: tuple[DatabaseAnalyzer, tuple[CompositeType, ...]] | None = (
            None
        )

    def __enter__(self) -> "LiveProject":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.close()

    def reread(self) -> None:
        """Read the project's files again, since some may have been saved."""
        before = self._saved
        try:
            config = self._load()
            self._saved = _Saved(config, read.queries(config), schema_sources(config))
            self._saved_errors = ()
        except SqlgenError as error:
            self._saved_errors = error.diagnostics
        if self._saved and (before is None or before.config != self._saved.config):
            self._forget()
        if any(error.code == "server-unavailable" for error in self._schema_errors):
            self._scripts = None  # it may be there again

    def update(self, unsaved: Mapping[str, str]) -> None:
        """Take the texts of files that are *unsaved*, by path; open the schema if it has changed.

        `advance` then analyses what has changed.
        """
        if self._saved is None:
            return
        config = self._saved.config
        scripts = self._saved.scripts
        if config.is_embedded:
            # On a server that others use as well, only what was saved is run.
            scripts, errors = _with_unsaved(scripts, unsaved)
            if config.schema is None:
                new, more = _new_files(scripts, unsaved, config.migrations, below=False)
                scripts, errors = (*scripts, *new), (*errors, *more)
        else:
            errors = ()
        if errors:
            self._schema_errors = errors
        elif scripts != self._scripts:
            self._open(config, scripts)
        queries, query_errors = _with_unsaved(self._saved.queries, unsaved)
        new, more = _new_files(queries, unsaved, config.queries)
        ordered = sorted((*queries, *new), key=lambda source: source.path)
        self._sources = (*ordered, *self._routine_files)
        self._source_errors = (*query_errors, *more)

    def advance(self, first: Collection[str] = ()) -> bool:
        """Analyse some of the files that have changed; return whether all are analysed now.

        Those whose paths are *first* come before the others, and all at once.
        """
        if self._analyzer is None:
            return True
        outdated = [s for s in self._sources if not self._is_current(s)]
        chosen = [source for source in outdated if source.path in first]
        rest = [] if chosen else outdated
        count = 0
        for source in rest:
            chosen.append(source)
            count += source.text.count("-- name:") + 1
            if count >= _BATCH:
                break
        self._analyse(chosen)
        return len(chosen) == len(outdated)

    def state(self) -> LiveState:
        """Return what is known now."""
        config = self._saved.config if self._saved else None
        current = [self._files.get(source.path) for source in self._sources]
        files = [file for file in current if file]
        from .live_translation import LiveTranslator, Translation

        translation = Translation(None, {}, ())
        if config and self._analyzer:
            self._translator = self._translator or LiveTranslator(config)
            translation = self._translator.translate(files, self._tables(config))
        return LiveState(
            root=config.root if config else self._root,
            config=config,
            files={file.source.path: file for file in files},
            scripts=self._scripts or (),
            migrations=self._migrations,
            catalog=self._analyzer.session().catalog if self._analyzer else None,
            context=translation.context,
            modules=translation.modules,
            diagnostics=self._diagnostics(files, translation),
            is_complete=len(files) == len(self._sources),
        )

    def _is_current(self, source: SourceFile) -> bool:
        file = self._files.get(source.path)
        return file is not None and (
            file.source is source or file.source.text == source.text
        )

    def _forget(self) -> None:
        """Begin anew, with other settings."""
        self._scripts = self._analyzer = self._translator = None
        self._packs.clear()
        self._files.clear()

    def _open(self, config: Config, scripts: tuple[SourceFile, ...]) -> None:
        """Open the schema of these scripts; keep the one before if they cannot be applied."""
        self._scripts = scripts
        before = self._migrations if self._analyzer else None
        self._schema_errors = self._schema_warnings = ()
        try:
            migrations = schema_scripts(config, scripts)
            self._schema_warnings = schema_warnings(config, scripts)
            if config.schema is None:
                self._schema_warnings = newest_migration_warnings(migrations)
            self._connect(config, migrations)
        except SqlgenError as error:
            self._schema_errors = error.diagnostics
            self._analyzer = None
            if isinstance(error, ServerUnavailableError):
                self._pool.close()
            elif before is not None:
                try:
                    self._connect(config, before)
                except SqlgenError as second:
                    self._schema_errors = (*self._schema_errors, *second.diagnostics)
                    self._analyzer = None

    def _connect(self, config: Config, migrations: tuple[Migration, ...]) -> None:
        store = cache.open_store(config.root)
        analyzer = DatabaseAnalyzer(
            config, migrations, store, no_progress, self._pool, will_render=False
        )
        session = analyzer.session()
        if self._analyzer is None or migrations != self._migrations:
            records = FileRecords(store, analyzer.schema_key).files
            self._packs = {path: one.packed_queries for path, one in records.items()}
            self._files.clear()
        self._analyzer, self._migrations = analyzer, migrations
        routines = session.typed_routines(config).routines
        self._routine_files = parse.routine_files(routines, config.queries)
        names = read.unknown_name_warnings(config, session.unknown_names(config))
        self._schema_warnings = (*self._schema_warnings, *names)

    def _analyse(self, sources: Sequence[SourceFile]) -> None:
        """Analyse files: what their earlier analyses or records have of them is not asked again."""
        parsed = [parse.readable_queries(source) for source in sources]
        typed: dict[int, TypedQuery] = {}
        for file, _ in parsed:
            typed |= lockfile.unpack(
                self._packs.get(file.source.path, b""), file.queries
            )
        unknown = [q for file, _ in parsed for q in file.queries if id(q) not in typed]
        inferred, errors = self._ask(unknown)
        typed |= {id(one.query): one for one in inferred}
        by_path: dict[str, list[Diagnostic]] = {}
        for error in errors:
            path = error.label.span.source.path if error.label else ""
            by_path.setdefault(path, []).append(error)
        for file, problems in parsed:
            path = file.source.path
            known = tuple([typed[id(q)] for q in file.queries if id(q) in typed])
            self._packs[path] = lockfile.pack(known)
            self._files[path] = LiveFile(
                file, known, (*problems, *by_path.get(path, ()))
            )

    def _ask(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]]:
        """Return what the server and inference say of the queries; start a server that is gone anew."""
        if not queries or self._analyzer is None or self._saved is None:
            return (), ()
        try:
            descriptions, refusals = self._analyzer.describe(queries)
        except ServerUnavailableError:
            self._pool.close()
            try:
                self._connect(self._saved.config, self._migrations)
                descriptions, refusals = self._analyzer.describe(queries)
            except SqlgenError as error:
                self._schema_errors, self._analyzer = error.diagnostics, None
                return (), ()
        typed, errors = self._analyzer.infer(descriptions)
        return typed, (*refusals, *errors)

    def _tables(self, config: Config) -> tuple[CompositeType, ...]:
        """Return the tables that have a class each, if all have one."""
        if config.models is not ModelScope.ALL or self._analyzer is None:
            return ()
        if self._all_tables is None or self._all_tables[0] is not self._analyzer:
            self._all_tables = self._analyzer, self._analyzer.tables()
        return self._all_tables[1]

    def _diagnostics(
        self, files: Sequence[LiveFile], translation: "Translation"
    ) -> tuple[Diagnostic, ...]:
        """Return all that is wrong; what is no error last."""
        config = self._saved.config if self._saved else None
        errors = [error for file in files for error in file.errors]
        errors = [*self._source_errors, *errors, *translation.errors]
        warnings = [
            warning for file in files for one in file.typed for warning in one.warnings
        ]
        found = [*self._saved_errors, *self._schema_errors]
        if config and not self._schema_errors:
            found += without_migrations(errors, config, bool(self._migrations))
        found += in_reading_order([*errors, *self._schema_warnings, *warnings])
        if config is None:
            return tuple(found)
        return tuple(
            dict.fromkeys([at_setting(diagnostic, config) for diagnostic in found])
        )


def _with_unsaved(
    sources: Sequence[SourceFile], unsaved: Mapping[str, str]
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Return the files with the texts that are in the editor; an error for each that cannot be read."""

    def current(source: SourceFile) -> SourceFile:
        text = unsaved.get(source.path)
        if text is None or text == source.text:
            return source
        return read.source_of(source.path, _encoded(text), source.is_outside)

    return attempt(current, sources)


def _new_files(
    known: Sequence[SourceFile],
    unsaved: Mapping[str, str],
    folder: str,
    *,
    below: bool = True,
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Return the files of a folder that are in the editor only."""
    paths = {source.path for source in known}
    new = [
        path for path in unsaved if path not in paths and _is_in(path, folder, below)
    ]
    return attempt(lambda path: read.source_of(path, _encoded(unsaved[path])), new)


def _is_in(path: str, folder: str, below: bool) -> bool:
    inside = path.removeprefix(f"{folder.strip('/')}/")
    return inside != path and path.endswith(".sql") and (below or "/" not in inside)


def _encoded(text: str) -> bytes:
    """Return the bytes of a text, which may have half of a pair of surrogates."""
    return text.encode("utf-8", "replace")
