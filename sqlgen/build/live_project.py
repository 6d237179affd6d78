"""A project whose files are being edited -> `LiveState`, as fast as one types.

The server, the schema and the analyses are kept: of a changed file, only the queries that have changed
go to the server. A schema that has changed is opened in the background; until it is there, and if it
cannot be made, the one before is used. Before there is any, the records of earlier builds are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from .. import lockfile, parse, read
from ..describe import NoSuchDatabaseError
from ..model.catalog import CompositeType
from ..model.config import Config, ModelScope
from ..model.diagnostic import (
    Diagnostic,
    ServerUnavailableError,
    SqlgenError,
)
from ..model.frozen import frozen
from ..model.query import Query
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from . import newest_migration_warnings
from .analysis.analyzer import in_reading_order
from .analysis.recorded_analyzer import without_migrations
from .live_state import LiveFile, LiveState
from .schema_opening import (
    OpenSchema,
    SchemaOpening,
    WantedSchema,
    load_records,
    recorded_key,
    save_records,
)
from .schema_origin import schema_scripts, schema_sources, schema_warnings
from .server.server_pool import ServerPool
from .typed_functions import at_setting
from .unsaved_texts import new_files, with_unsaved

if TYPE_CHECKING:  # imported while the server starts
    from .live_translation import LiveTranslator, Translation

_BATCH: Final = 128
"""Queries that are analysed before the editor is listened to again."""
_UNSAVED_LIMIT: Final = 20.0
"""Seconds that migrations may run that nobody has saved: a text that is half typed may run for ever."""
_PATIENCE: Final = 5.0
"""Seconds that a thread may take for its end, before its server is stopped."""


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
        self._scripts: tuple[tuple[SourceFile, ...], bool] | None = None
        self._script_errors: tuple[Diagnostic, ...] = ()
        self._script_warnings: tuple[Diagnostic, ...] = ()
        self._schema: OpenSchema | None = None
        self._schema_errors: tuple[Diagnostic, ...] = ()
        self._opening: SchemaOpening | None = None
        self._wanted: WantedSchema | None = None
        self._sources: tuple[SourceFile, ...] = ()
        self._source_errors: tuple[Diagnostic, ...] = ()
        self._packs_key = ""
        self._packs: dict[str, bytes] = {}
        self._waiting: dict[str, SourceFile] = {}
        self._files: dict[str, LiveFile] = {}
        self._recorded: tuple[str, _Saved] | None = None
        self._translator: LiveTranslator | None = None
        self._all_tables: tuple[OpenSchema, tuple[CompositeType, ...]] | None = None

    def __enter__(self) -> "LiveProject":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._wanted = None
        self._stop_server()

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
        """Take the texts of files that are *unsaved*, by path; begin to open the schema if it has changed.

        `advance` then analyses what has changed.
        """
        if self._saved is None:
            return
        config = self._saved.config
        scripts = self._saved.scripts
        if config.is_embedded:
            # On a server that others use as well, only what was saved is run.
            scripts, errors = with_unsaved(scripts, unsaved)
            if config.schema is None:
                new, more = new_files(scripts, unsaved, config.migrations, below=False)
                scripts, errors = (*scripts, *new), (*errors, *more)
        else:
            errors = ()
        is_saved = scripts == self._saved.scripts
        if errors:
            self._script_errors = errors
            self._scripts = None
        elif self._scripts != (scripts, is_saved):
            self._scripts = scripts, is_saved
            self._want(config, scripts, is_saved=is_saved)
        queries, query_errors = with_unsaved(self._saved.queries, unsaved)
        new, more = new_files(queries, unsaved, config.queries)
        ordered = sorted((*queries, *new), key=lambda source: source.path)
        routine_files = self._schema.routine_files if self._schema else ()
        self._sources = (*ordered, *routine_files)
        self._source_errors = (*query_errors, *more)

    @property
    def is_opening(self) -> bool:
        """Return whether a schema is being opened."""
        return self._opening is not None

    @property
    def opening_since(self) -> float:
        """Return when that began, as of `time.monotonic`; 0 if nothing is being opened."""
        return self._opening.started if self._opening else 0.0

    def wait(self, seconds: float) -> None:
        """Wait for the schema that is being opened, for at most so long."""
        if self._opening and seconds > 0:
            self._opening.wait(seconds)

    def poll(self) -> bool:
        """Take the schema that was opened meanwhile; return whether anything is new.

        Then `update` and `advance` are to be called. Raises what was not expected in the thread.
        """
        opening = self._opening
        if opening is None:
            return False
        if not opening.is_done:
            if self._waiting and not opening.may_need_the_schema_before:
                self._waiting.clear()  # the schema before may be asked again
                return True
            return False
        self._opening = None
        if opening.is_interrupted:
            if opening.schema:
                opening.schema.close()
        elif opening.bug:
            raise opening.bug
        elif opening.schema:
            self._adopt(opening.schema)
            if not opening.wanted.is_fallback:
                self._schema_errors = ()
        else:
            if not opening.wanted.is_fallback:
                self._schema_errors = opening.errors
            if opening.is_server_gone:
                self._release_schema()
                self._pool.close()
            elif self._schema is None and not opening.wanted.is_fallback:
                self._wanted = self._wanted or self._fallback()
        if self._wanted:
            self._begin(self._wanted)
        self._waiting.clear()
        return True

    def advance(self, first: Collection[str] = ()) -> bool:
        """Analyse some of the files that have changed; return whether all are that can be, for now.

        Those whose paths are *first* come before the others, and all at once.
        """
        outdated = [
            source
            for source in self._sources
            if not self._is_current(source)
            and self._waiting.get(source.path) is not source
        ]
        chosen = [source for source in outdated if source.path in first]
        rest = [] if chosen else outdated
        count = 0
        for source in rest:
            chosen.append(source)
            count += source.text.count("-- name:") + 1
            if count >= _BATCH:
                break
        if self._schema or self._packs:
            self._analyse(chosen)
        if len(chosen) < len(outdated):
            return False
        self._remember()
        return True

    def state(self) -> LiveState:
        """Return what is known now."""
        config = self._saved.config if self._saved else None
        current = [self._files.get(source.path) for source in self._sources]
        files = [file for file in current if file]
        from .live_translation import LiveTranslator, Translation

        translation = Translation(None, {}, ())
        if config and files:
            self._translator = self._translator or LiveTranslator(config)
            translation = self._translator.translate(files, self._tables(config))
        schema = self._schema
        return LiveState(
            root=config.root if config else self._root,
            config=config,
            files={file.source.path: file for file in files},
            scripts=self._scripts[0] if self._scripts else (),
            migrations=schema.migrations if schema else (),
            catalog=schema.session.catalog if schema else None,
            context=translation.context,
            modules=translation.modules,
            diagnostics=self._diagnostics(files, translation),
            is_complete=len(files) == len(self._sources),
            is_opening=self.is_opening,
        )

    def _is_current(self, source: SourceFile) -> bool:
        file = self._files.get(source.path)
        return file is not None and (
            file.source is source or file.source.text == source.text
        )

    # --- the schema --------------------------------------------------------------------------

    def _forget(self) -> None:
        """Begin anew, with other settings."""
        self._scripts = self._translator = self._wanted = None
        self._script_errors = self._script_warnings = self._schema_errors = ()
        if self._opening:
            self._opening.interrupt()
        self._release_schema()
        self._packs_key = ""
        self._packs.clear()
        self._files.clear()

    def _want(
        self, config: Config, scripts: tuple[SourceFile, ...], *, is_saved: bool
    ) -> None:
        """Begin to open the schema of these scripts, instead of any other."""
        self._script_errors = self._script_warnings = ()
        self._wanted = None
        opening, wanted = self._opening, self._wanted_schema(config, scripts, is_saved)
        if opening and opening.wanted != wanted:
            opening.interrupt()
        if wanted is None:
            return
        if self._schema and self._schema.migrations == wanted.migrations:
            self._schema_errors = ()
            return
        if self._schema is None:
            self._load_packs(wanted)
        if opening is None:
            self._begin(wanted)
        elif opening.is_interrupted:
            self._wanted = wanted

    def _wanted_schema(
        self, config: Config, scripts: tuple[SourceFile, ...], is_saved: bool
    ) -> WantedSchema | None:
        """Return what is to be opened; `None`, and the errors, if these scripts are none."""
        try:
            migrations = schema_scripts(config, scripts)
            self._script_warnings = (
                newest_migration_warnings(migrations)
                if config.schema is None
                else schema_warnings(config, scripts)
            )
        except SqlgenError as error:
            self._script_errors = error.diagnostics
            return None
        return WantedSchema(config, migrations, None if is_saved else _UNSAVED_LIMIT)

    def _fallback(self) -> WantedSchema | None:
        """Return the schema on disk, if that is another one than the editor's, which fails."""
        if self._saved is None or self._scripts is None or self._scripts[1]:
            return None
        try:
            migrations = schema_scripts(self._saved.config, self._saved.scripts)
        except SqlgenError:
            return None
        return WantedSchema(self._saved.config, migrations, is_fallback=True)

    def _begin(self, wanted: WantedSchema) -> None:
        self._wanted = None
        if self._schema:
            self._schema.session.rest()  # its database may be what the next one is a copy of
        self._opening = SchemaOpening(wanted, self._pool)

    def _adopt(self, schema: OpenSchema) -> None:
        """Use another schema: what was analysed under the one before holds no more."""
        self._release_schema()
        self._schema = schema
        if schema.key != self._packs_key:
            self._take_records(self._saved.config if self._saved else None, schema.key)

    def _load_packs(self, wanted: WantedSchema) -> None:
        """Read what earlier builds have recorded, so that something is known before the server is asked."""
        key = recorded_key(wanted)
        if key and key != self._packs_key:
            self._take_records(wanted.config, key)

    def _take_records(self, config: Config | None, key: str) -> None:
        """Forget the analyses under another schema, and take those of earlier builds under that of *key*."""
        records = load_records(config, key) if config else {}
        self._packs = {path: one.packed_queries for path, one in records.items()}
        self._packs_key = key
        self._files.clear()

    def _release_schema(self) -> None:
        if self._schema:
            self._schema.close()
            self._schema = None

    def _stop_server(self) -> None:
        """Stop everything that uses the server, and the server itself."""
        opening, self._opening = self._opening, None
        if opening:
            opening.interrupt()
            opening.wait(_PATIENCE)
        self._release_schema()
        self._pool.close()
        if opening:
            opening.wait(_PATIENCE)
            if opening.schema:
                opening.schema.close()

    # --- queries -----------------------------------------------------------------------------

    def _analyse(self, sources: Sequence[SourceFile]) -> None:
        """Analyse files: what their earlier analyses or records have of them is not asked again.

        Those with other queries wait while nobody can be asked.
        """
        may_ask = self._schema is not None and not (
            self._opening and self._opening.may_need_the_schema_before
        )
        parsed = [parse.readable_queries(source) for source in sources]
        typed: dict[int, TypedQuery] = {}
        for file, _ in parsed:
            typed |= lockfile.unpack(
                self._packs.get(file.source.path, b""), file.queries
            )
        if not may_ask:
            known = [
                one for one in parsed if all(id(q) in typed for q in one[0].queries)
            ]
            self._waiting |= {
                one[0].source.path: one[0].source for one in parsed if one not in known
            }
            parsed = known
        unknown = [q for file, _ in parsed for q in file.queries if id(q) not in typed]
        asked = self._ask(unknown)
        if asked is None:
            return
        inferred, errors = asked
        typed |= {id(one.query): one for one in inferred}
        by_path: dict[str, list[Diagnostic]] = {}
        for error in errors:
            path = error.label.span.source.path if error.label else ""
            by_path.setdefault(path, []).append(error)
        for file, problems in parsed:
            path = file.source.path
            valid = tuple([typed[id(q)] for q in file.queries if id(q) in typed])
            self._packs[path] = lockfile.pack(valid)
            self._files[path] = LiveFile(
                file, valid, (*problems, *by_path.get(path, ()))
            )

    def _ask(
        self, queries: Sequence[Query]
    ) -> tuple[tuple[TypedQuery, ...], tuple[Diagnostic, ...]] | None:
        """Return what the server and inference say of the queries.

        If the server is gone, return `None`, and begin to open the schema anew.
        """
        if not queries or self._schema is None:
            return (), ()
        analyzer = self._schema.analyzer
        try:
            descriptions, refusals = analyzer.describe(queries)
            typed, errors = analyzer.infer(descriptions)
        except (ServerUnavailableError, NoSuchDatabaseError):
            self._restart()
            return None
        return typed, (*refusals, *errors)

    def _restart(self) -> None:
        """Begin to open the schema anew, on a new server."""
        again = self._wanted or (self._opening.wanted if self._opening else None)
        if self._schema and self._saved and again is None:
            again = WantedSchema(self._saved.config, self._schema.migrations)
        self._stop_server()
        if again:
            self._begin(again)

    def _remember(self) -> None:
        """Keep the analyses of the files as they are on disk, for the next start."""
        saved, schema = self._saved, self._schema
        if saved is None or schema is None or self._opening or self._schema_errors:
            return
        if self._scripts != (saved.scripts, True) or self._script_errors:
            return
        if self._recorded == (schema.key, saved):
            return
        sources = [
            source
            for source in (*saved.queries, *schema.routine_files)
            if self._is_current(source)
        ]
        save_records(saved.config, schema.key, sources, self._packs)
        self._recorded = schema.key, saved

    def _tables(self, config: Config) -> tuple[CompositeType, ...]:
        """Return the tables that have a class each, if all have one."""
        if config.models is not ModelScope.ALL or self._schema is None:
            return ()
        if self._all_tables is None or self._all_tables[0] is not self._schema:
            self._all_tables = self._schema, self._schema.analyzer.tables()
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
        schema_errors = self._script_errors or self._schema_errors
        found = [*self._saved_errors, *schema_errors]
        if config and not schema_errors and self._schema:
            has_migrations = bool(self._schema.migrations)
            found += without_migrations(errors, config, has_migrations)
        of_schema = self._schema.warnings if self._schema else ()
        found += in_reading_order(
            [*errors, *self._script_warnings, *of_schema, *warnings]
        )
        if config is None:
            return tuple(found)
        return tuple(
            dict.fromkeys([at_setting(diagnostic, config) for diagnostic in found])
        )
