"""A project and its open documents -> its state now, and the diagnostics that the editor has to show."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from ...build.live_project import LiveProject
from ...build.live_state import LiveFile, LiveState
from ...model.config import Config
from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.source import SourceFile, Span
from ..documents.document import Document
from ..documents.uris import uri_of
from ..features.python_definitions import is_generated
from ..features.schema_index import SchemaIndex, schema_index
from .project_texts import ProjectTexts
from .serialization import diagnostics_json

_QUIET: Final = 0.03
"""Seconds without a change after which a text is analysed."""
_LONGEST: Final = 0.15
"""Seconds after which it is analysed although one goes on typing."""

_POLL: Final = 0.01
"""Seconds between two looks at whether a schema is open."""
_FIRST: Final = 5.0
"""Seconds that a request waits for the first schema, since it began to be opened."""
_LATER: Final = 0.25
"""Seconds that a request waits for a schema, if there is one already."""

Publish = Callable[[str, int | None, list[dict[str, Any]]], None]
"""Sends the diagnostics of the document with that URI and version."""


class OpenProject:
    """A project that has documents in the editor. *load* reads its configuration.

    Nothing is analysed before `work` or `fresh` is called; `due` tells when that is to be.
    """

    def __init__(self, load: Callable[[], Config], root: Path) -> None:
        self._load = load
        self._project = LiveProject(load, root)
        self.root = root
        self._state = LiveState(root=root)
        self._schema: tuple[object, SchemaIndex] | None = None
        self._documents: dict[str, Document] = {}
        self._python: dict[str, Document] = {}
        self._is_stale = True
        self._is_changed = True
        self._is_complete = False
        self._is_unpublished = False
        self._due = self._latest = self._polled = 0.0
        self._published: dict[str, tuple[Diagnostic, ...]] = {}

    def __enter__(self) -> "OpenProject":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._project.__exit__(kind, error, traceback)

    # --- documents ---------------------------------------------------------------------------

    def path_of(self, path: Path) -> str:
        """Return the path of a file relative to the project's root."""
        return os.path.relpath(path, self._state.root).replace(os.sep, "/")

    def has(self, path: str) -> bool:
        """Return whether a path is that of a query file, of one that makes the schema, or of a Python file."""
        config = self._state.config
        with suppress(SqlgenError):
            config = self._load()
        if config is None:
            return False
        if path.endswith(".py"):
            return not path.startswith("../")
        if not path.endswith(".sql"):
            return False
        folders, schema = [config.queries], config.schema
        if schema is None:
            folders.append(config.migrations)
        elif schema.folder:
            folders.append(schema.folder)
        elif path == schema.dump:
            return True
        is_hidden = any(
            part.startswith(".") for part in path.split("/") if part != ".."
        )
        inside = [folder.strip("/") for folder in folders]
        return not is_hidden and any(path.startswith(f"{one}/") for one in inside)

    def put(self, path: str, document: Document, now: float) -> None:
        """Take a document that was opened or has changed."""
        if path.endswith(".py"):
            self._python[path] = document  # no diagnostics depend on it
            return
        is_new = path not in self._documents
        self._documents[path] = document
        self._due = now if is_new else now + _QUIET
        if not self._is_changed:
            self._latest = now + _LONGEST
        self._is_changed = True

    def drop(self, path: str) -> None:
        """Forget a document that was closed: the file on disk counts again."""
        self._python.pop(path, None)
        if self._documents.pop(path, None):
            self.saved()

    def saved(self) -> None:
        """Take note that files may have changed on disk."""
        self._is_stale = self._is_changed = True
        self._due = 0.0

    # --- analysis ----------------------------------------------------------------------------

    def due(self) -> float | None:
        """Return the time from which on there is something to do; `None` if there is nothing."""
        if self._is_changed:
            return min(self._due, self._latest)
        if not self._is_complete or self._is_unpublished:
            return 0.0
        return self._polled + _POLL if self._project.is_opening else None

    def work(self, publish: Publish) -> None:
        """Analyse what has changed, or else some of what has not been analysed yet."""
        self._poll()
        if self._is_changed:
            self._refresh()
        elif not self._is_unpublished and not self._is_complete:
            self._advance()
        if self._is_unpublished:
            self._is_unpublished = False
            self._publish(publish)

    def give_up(self) -> None:
        """Do nothing more until something changes."""
        self._is_changed = self._is_unpublished = False
        self._is_complete = True

    def fresh(self) -> LiveState:
        """Return the state of the documents as they are now.

        A schema that is being opened is waited for only as long as most take; then the answer is of the one before.
        """
        self.known()
        if self._project.is_opening:
            patience = _LATER if self._state.catalog else _FIRST
            end = self._project.opening_since + patience
            self._project.wait(end - time.monotonic())
            if self._poll():
                self._refresh()
        return self._state

    def known(self) -> LiveState:
        """Return the state of the documents as far as it is known now: without waiting for a schema."""
        self._poll()
        if self._is_changed:
            self._refresh()
        return self._state

    def _poll(self) -> bool:
        """Take note of a schema that was opened meanwhile; return whether there is one."""
        self._polled = time.monotonic()
        is_new = self._project.poll()
        if is_new:
            self._is_changed, self._due = True, 0.0
        return is_new

    def latest(self) -> LiveState:
        """Return the state of the last analysis; the first one is made if need be."""
        return self._state if self._state.catalog else self.fresh()

    def is_generated(self, path: str, text: str) -> bool:
        """Return whether a file is generated Python: in the folder of that, with the line that says so."""
        config = self._state.config
        if config is None or not path.endswith(".py"):
            return False
        return path.startswith(f"{config.output.strip('/')}/") and is_generated(text)

    def texts(self) -> ProjectTexts:
        """Return the texts of the project's files."""
        config = self._state.config
        output = config.output.strip("/") if config else ""
        documents = self._documents | self._python
        return ProjectTexts(self._state.root, output, documents, self.uri)

    def whole(self) -> LiveState:
        """Return the state with all files analysed."""
        self.fresh()
        while not self._is_complete:
            self._advance()
        return self._state

    def schema(self) -> SchemaIndex | None:
        """Return the tables and functions by name; `None` while there is no schema."""
        catalog, config = self._state.catalog, self._state.config
        if catalog is None or config is None:
            return None
        if self._schema is None or self._schema[0] is not catalog:
            self._schema = catalog, schema_index(catalog, config.search_path)
        return self._schema[1]

    def query_file(self, path: str, *, is_urgent: bool = False) -> LiveFile | None:
        """Return the analysed query file at *path*; `None` if it is none.

        If it *is_urgent*, a schema that is being opened is not waited for.
        """
        state = self.known() if is_urgent else self.fresh()
        return state.files.get(path)

    def _refresh(self) -> None:
        if self._is_stale:
            self._project.reread()
            self._is_stale = False
        texts = {path: one.text for path, one in self._documents.items()}
        self._project.update(texts)
        self._is_complete = self._project.advance(texts)
        self._state = self._project.state()
        self._is_changed, self._is_unpublished = False, True

    def _advance(self) -> None:
        """Analyse some of the files that have not been analysed yet."""
        self._is_complete = self._project.advance()
        if self._is_complete:
            self._state = self._project.state()
            self._is_unpublished = True

    # --- diagnostics -------------------------------------------------------------------------

    def _publish(self, publish: Publish) -> None:
        """Send the diagnostics of each open document, and of other files where they have changed."""
        state = self._state
        scripts = {one.path for one in state.scripts} if state.is_opening else set()
        by_path: dict[str, list[Diagnostic]] = {}
        for diagnostic in map(self._placed, self._state.diagnostics):
            if diagnostic.label:
                path = diagnostic.label.span.source.path
                by_path.setdefault(path, []).append(diagnostic)
        for path in {*by_path, *self._published, *self._documents}:
            diagnostics = tuple(by_path.get(path, ()))
            is_same = self._published.get(path, ()) == diagnostics
            if path in scripts and path in self._documents:
                continue  # what is known is of a text before this one
            if path in self._documents or not is_same:
                self._published[path] = diagnostics
                self._send(publish, path, diagnostics)

    def _send(
        self, publish: Publish, path: str, diagnostics: tuple[Diagnostic, ...]
    ) -> None:
        document = self._documents.get(path)
        publish(
            self.uri(path),
            document.version if document else None,
            diagnostics_json(diagnostics, self.uri),
        )

    def uri(self, path: str) -> str:
        """Return the URI of a file of the project: the editor's own, if it has the file open."""
        document = self._documents.get(path) or self._python.get(path)
        if document:
            return document.uri
        return uri_of(Path(os.path.normpath(self._state.root / path)))

    def _placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return a diagnostic that has a place in a file: that of the configuration, if none is known."""
        label = diagnostic.label
        if label and (
            label.span.source.path in self._documents
            or (self._state.root / label.span.source.path).is_file()
        ):
            return diagnostic
        config = self._state.config
        file = SourceFile(config.file if config else "pyproject.toml", "")
        return replace(diagnostic, label=Label(Span(file, 0, 0)))

    def diagnostics_of(self, path: str) -> tuple[Diagnostic, ...]:
        """Return the diagnostics of a file."""
        return tuple(
            one
            for one in self.fresh().diagnostics
            if one.label and one.label.span.source.path == path
        )
