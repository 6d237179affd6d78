"""Messages of an editor -> answers and diagnostics: what each method does."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from ...build.analysis.internal_errors import bug_message
from ...conninfo.masking import mask_urls
from ...model.diagnostic import SqlgenError
from ..documents.document import Document, changed
from ..documents.uris import path_of
from ..protocol.messages import (
    ErrorCode,
    IncomingMessage,
    IncomingNotification,
    IncomingRequest,
    Malformed,
    MessageId,
    RequestError,
    error_response,
    notification,
    request,
    response,
)
from ..protocol.params import Params
from .capabilities import OPEN, capabilities, watched_files
from .open_project import OpenProject
from .projects import Load, Projects
from .serialization import range_json

Send = Callable[[bytes], None]
"""Sends the body of a message."""


class EditorSession:
    """A conversation with one editor, from `initialize` to `exit`.

    `exit_status` is None until it is over. *cancelled* are the requests that need no answer any more.
    """

    def __init__(
        self,
        load: Load,
        send: Send,
        only: Path | None = None,
        cancelled: set[MessageId] | None = None,
    ) -> None:
        self.exit_status: int | None = None
        self._projects = Projects(load, only)
        self._send = send
        self._cancelled = set() if cancelled is None else cancelled
        self._documents: dict[str, Document] = {}
        self._owners: dict[str, tuple[OpenProject, str]] = {}
        self._is_initialized = self._is_shut_down = False
        self._folders: tuple[Path, ...] = ()
        self._watches = False
        self._told: set[str] = set()
        self._opened = 0

    def __enter__(self) -> "EditorSession":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._projects.__exit__(kind, error, traceback)

    # --- work between messages ---------------------------------------------------------------

    def due(self) -> float | None:
        """Return when `work` is to be called next, as of `time.monotonic`; `None` if that is never."""
        times = [
            due for project in self._projects if (due := project.due()) is not None
        ]
        return min(times, default=None)

    def work(self) -> None:
        """Analyse what is due."""
        now = time.monotonic()
        for project in self._projects:
            due = project.due()
            if due is not None and due <= now:
                try:
                    project.work(self._publish)
                except Exception as error:  # noqa: BLE001 (shown)
                    project.give_up()
                    self._show(bug_message(error))
                else:
                    self._tell(project)

    def _publish(
        self, uri: str, version: int | None, diagnostics: list[dict[str, Any]]
    ) -> None:
        params: dict[str, Any] = {"uri": uri, "diagnostics": diagnostics}
        if version is not None:
            params["version"] = version
        self._notify("textDocument/publishDiagnostics", params)

    def _tell(self, project: OpenProject) -> None:
        """Show, once, why no query can be analysed."""
        for diagnostic in project.fresh().diagnostics:
            if diagnostic.label is None and diagnostic.message not in self._told:
                self._told.add(diagnostic.message)
                hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
                self._show(f"sqlgen: {diagnostic.message}{hint}")

    def _show(self, text: str) -> None:
        """Show an error to the user, in a window of its own."""
        params = {"type": 1, "message": mask_urls(text)}
        self._notify("window/showMessage", params)

    # --- messages ----------------------------------------------------------------------------

    def handle(self, message: IncomingMessage) -> None:
        """Take a message, and answer it if it is a request."""
        if isinstance(message, Malformed):
            self._send(error_response(message.id, message.code, message.reason))
        elif isinstance(message, IncomingNotification):
            self._take(message)
        elif isinstance(message, IncomingRequest):
            self._answer(message)

    def _answer(self, message: IncomingRequest) -> None:
        if message.id in self._cancelled:
            self._cancelled.discard(message.id)
            code = ErrorCode.REQUEST_CANCELLED
            self._send(error_response(message.id, code, "cancelled"))
            return
        try:
            result = self._result(message.method, Params(message.params))
            self._send(response(message.id, result))
        except RequestError as error:
            self._send(error_response(message.id, error.code, error.reason))
        except SqlgenError as error:
            code = ErrorCode.REQUEST_FAILED
            self._send(error_response(message.id, code, mask_urls(str(error))))
        except Exception as error:  # noqa: BLE001 (shown)
            code = ErrorCode.INTERNAL_ERROR
            self._send(error_response(message.id, code, mask_urls(bug_message(error))))

    def _result(self, method: str, params: Params) -> object:
        if method == "initialize":
            return self._initialize(params)
        if not self._is_initialized:
            raise RequestError(
                ErrorCode.NOT_INITIALIZED, "the first request must be `initialize`"
            )
        if self._is_shut_down:
            raise RequestError(
                ErrorCode.INVALID_REQUEST, "the server has been shut down"
            )
        if method == "shutdown":
            self._is_shut_down = True
            return None
        # Not needed for the first diagnostics, which are waited for.
        from . import requests

        if method == "workspace/executeCommand":
            self._execute(params)
            return None
        feature = requests.FEATURES.get(method)
        if feature is None:
            raise RequestError(ErrorCode.METHOD_NOT_FOUND, f"unknown method `{method}`")
        uri = params.text("textDocument", "uri")
        document, owner = self._documents.get(uri), self._owners.get(uri)
        if document is None or owner is None:
            return None
        return feature(requests.OpenFile(*owner, document), params)

    def _execute(self, params: Params) -> None:
        """Open a file in the editor, at a place: the command of a code lens."""
        if params.text("command") != OPEN:
            raise RequestError(ErrorCode.INVALID_PARAMS, "unknown command")
        [place, *_] = [*params.items("arguments")] or [Params(None)]
        target = {
            "uri": place.text("uri"),
            "takeFocus": True,
            "selection": range_json(place.range("range")),
        }
        self._opened += 1
        self._send(request(f"open-{self._opened}", "window/showDocument", target))

    def _take(self, message: IncomingNotification) -> None:
        params = Params(message.params)
        if message.method == "exit":
            self.exit_status = 0 if self._is_shut_down else 1
            return
        if not self._is_initialized or self._is_shut_down:
            return
        handler = {
            "initialized": self._initialized,
            "textDocument/didOpen": self._open,
            "textDocument/didChange": self._change,
            "textDocument/didClose": self._close,
            "textDocument/didSave": self._save,
            "workspace/didChangeWatchedFiles": self._save,
        }.get(message.method)
        if handler is None:
            return
        try:
            handler(params)
        except RequestError as error:
            # A notification has no answer; the editor's log shows what it got wrong.
            text = f"{message.method}: {error.reason}"
            self._notify("window/logMessage", {"type": 1, "message": text})
        except Exception as error:  # noqa: BLE001 (shown)
            self._show(bug_message(error))

    # --- life cycle --------------------------------------------------------------------------

    def _initialize(self, params: Params) -> object:
        if self._is_initialized:
            raise RequestError(ErrorCode.INVALID_REQUEST, "initialized already")
        self._is_initialized = True
        uris = [params.get("rootUri")]
        if isinstance(params.get("workspaceFolders"), list):
            uris += [one.get("uri") for one in params.items("workspaceFolders")]
        paths = [path_of(uri) for uri in uris if isinstance(uri, str)]
        self._folders = tuple(dict.fromkeys([path for path in paths if path]))
        client = params.get("capabilities", "workspace", "didChangeWatchedFiles")
        self._watches = (
            isinstance(client, dict) and client.get("dynamicRegistration") is True
        )
        return capabilities()

    def _initialized(self, _: Params) -> None:
        if self._watches:
            self._send(request("watch", "client/registerCapability", watched_files()))
        for folder in self._folders:
            self._projects.of_folder(folder)  # is analysed before a file is opened

    # --- documents ---------------------------------------------------------------------------

    def _open(self, params: Params) -> None:
        uri = params.text("textDocument", "uri")
        version = _version(params)
        document = Document(uri, params.text("textDocument", "text"), version)
        self._documents[uri] = document
        self._own(uri, document)

    def _own(self, uri: str, document: Document) -> None:
        """Give a document to its project, if it has one."""
        path = path_of(uri)
        owner = self._projects.of_file(path) if path else None
        if owner:
            self._owners[uri] = owner
            project, inside = owner
            project.put(inside, document, time.monotonic())

    def _change(self, params: Params) -> None:
        uri = params.text("textDocument", "uri")
        document = self._documents.get(uri)
        if document is None:
            return
        document = changed(document, params.items("contentChanges"), _version(params))
        self._documents[uri] = document
        if owner := self._owners.get(uri):
            project, inside = owner
            project.put(inside, document, time.monotonic())

    def _close(self, params: Params) -> None:
        uri = params.text("textDocument", "uri")
        self._documents.pop(uri, None)
        if owner := self._owners.pop(uri, None):
            project, inside = owner
            project.drop(inside)

    def _save(self, _: Params) -> None:
        for project in self._projects:
            project.saved()
        for uri, document in self._documents.items():
            if uri not in self._owners:
                self._own(uri, document)  # its project may have been made just now

    def _notify(self, method: str, params: object) -> None:
        self._send(notification(method, params))


def _version(params: Params) -> int | None:
    version = params.get("textDocument", "version")
    return version if isinstance(version, int) else None
