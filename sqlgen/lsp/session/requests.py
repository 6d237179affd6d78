"""Requests about a document -> the features' answers, in the protocol's JSON."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ...build.live_state import LiveFile, LiveState
from ...model.frozen import frozen
from ..documents.document import Document
from ..features.code_actions import code_actions
from ..features.completion import completions
from ..features.definition import definition
from ..features.hover import hover
from ..features.inlay_hints import inlay_hints
from ..features.origins import origin_lenses, origins
from ..features.python_definitions import definition_at, query_file_named
from ..features.references import references
from ..features.rename import RenameRefusedError, renamable, rename
from ..features.subjects import QuerySubject, Subject, subject_at
from ..protocol.messages import ErrorCode, RequestError
from ..protocol.params import Params
from .capabilities import OPEN
from .open_project import OpenProject
from .project_texts import edit_json, location_json
from .serialization import diagnostics_json, position_json, range_json


@frozen
class OpenFile:
    """A document that is open, the project that it belongs to, and its path there.

    *is_urgent*: a schema that is being opened is not waited for.
    """

    project: OpenProject
    path: str
    document: Document
    is_urgent: bool = False

    def offset(self, params: Params) -> int:
        """Return the place that a request is about."""
        return self.document.positions.offset(params.position("position"))

    @property
    def is_python(self) -> bool:
        """Return whether it is a Python file."""
        return self.path.endswith(".py")

    @property
    def is_generated(self) -> bool:
        """Return whether it is a generated Python file."""
        self.project.fresh()  # which tells the folder of generated code
        return self.project.is_generated(self.path, self.document.text)

    @property
    def analysed(self) -> LiveFile | None:
        """Return the query file as it is now; `None` for a migration and for Python."""
        return self.project.query_file(self.path, is_urgent=self.is_urgent)

    @property
    def state(self) -> LiveState:
        """Return the state of the project."""
        return self.project.known() if self.is_urgent else self.project.fresh()

    def subject(self, params: Params) -> Subject | None:
        """Return what stands at the place that a request is about."""
        offset, file = self.offset(params), self.analysed
        return subject_at(file, self.project.schema(), offset) if file else None


def _hover(file: OpenFile, params: Params) -> object:
    if not file.is_urgent:  # what is recorded tells of queries before there is a schema
        now = _hover(replace(file, is_urgent=True), params)
        if now is not None:
            return now
    subject = file.subject(params)
    analysed = file.analysed
    found = hover(file.state, analysed, subject) if analysed and subject else None
    if found is None:
        return None
    place = file.document.positions.range(found.place.start, found.place.end)
    return {
        "contents": {"kind": "markdown", "value": found.text},
        "range": range_json(place),
    }


def _inlay_hints(file: OpenFile, params: Params) -> object:
    positions = file.document.positions
    range_ = params.range("range")
    analysed = replace(file, is_urgent=True).analysed or file.analysed
    if analysed is None:
        return None
    start, end = positions.offset(range_.start), positions.offset(range_.end)
    return [
        {
            "position": position_json(positions.position(hint.offset)),
            "label": hint.text,
            "kind": 1,
            "paddingLeft": True,
        }
        for hint in inlay_hints(file.project.known(), analysed, start, end)
    ]


def _completion(file: OpenFile, params: Params) -> object:
    if file.is_python:
        return None
    offset, project = file.offset(params), file.project
    found = completions(
        project.latest(), project.schema(), file.path, file.document.text, offset
    )
    place = range_json(
        file.document.positions.range(found.place.start, found.place.end)
    )
    items = [
        {
            "label": offer.text,
            "kind": int(offer.kind),
            "detail": offer.detail,
            "sortText": f"{offer.rank}{offer.text}",
            "textEdit": {"range": place, "newText": offer.text},
        }
        for offer in found.offers
    ]
    return {"isIncomplete": False, "items": items}


def _definition(file: OpenFile, params: Params) -> object:
    if file.is_python:
        return _origins(file, params)
    subject, analysed = file.subject(params), file.analysed
    if subject is None or analysed is None:
        return None
    texts = file.project.texts()
    places = definition(file.project.fresh(), analysed, subject, texts.read)
    return [location_json(place, texts) for place in places]


def _origins(file: OpenFile, params: Params) -> object:
    """Return where the name comes from that a generated file defines at a place."""
    if not file.is_generated:
        return None
    defined = definition_at(file.document.text, file.offset(params))
    if defined is None:
        return None
    places = origins(file.project.fresh(), file.path, defined.name)
    return [location_json(place, file.project.texts()) for place in places]


def _code_lenses(file: OpenFile, _: Params) -> object:
    if not file.is_generated:
        return None
    texts, state = file.project.texts(), file.project.fresh()
    return [
        {
            "range": range_json(file.document.positions.range(lens.start, lens.end)),
            "command": {
                "title": f"{place.path}:{location['range']['start']['line'] + 1}",
                "command": OPEN,
                "arguments": [location],
            },
        }
        for lens, place in origin_lenses(state, file.path, file.document.text)
        for location in [location_json(place, texts)]
    ]


def _document_links(file: OpenFile, _: Params) -> object:
    named = query_file_named(file.document.text) if file.is_generated else None
    if named is None:
        return None
    path, start, end = named
    place = range_json(file.document.positions.range(start, end))
    return [{"range": place, "target": file.project.uri(path)}]


def _references(file: OpenFile, params: Params) -> object:
    subject, analysed = file.subject(params), file.analysed
    if subject is None or analysed is None:
        return None
    state, texts = file.project.whole(), file.project.texts()
    python = texts.python() if isinstance(subject, QuerySubject) else {}
    places = references(state, file.project.schema(), analysed, subject, python)
    return [location_json(place, texts) for place in places]


def _prepare_rename(file: OpenFile, params: Params) -> object:
    place = renamable(file.subject(params))
    if place is None:
        return None
    return range_json(file.document.positions.range(place.start, place.end))


def _rename(file: OpenFile, params: Params) -> object:
    subject, analysed = file.subject(params), file.analysed
    if analysed is None:
        return None
    texts, name = file.project.texts(), params.text("newName")
    python = texts.python() if isinstance(subject, QuerySubject) else {}
    try:
        edits = rename(analysed, subject, name, python)
    except RenameRefusedError as error:
        raise RequestError(ErrorCode.REQUEST_FAILED, str(error)) from None
    return edit_json(edits, texts)


def _code_actions(file: OpenFile, params: Params) -> object:
    positions, texts = file.document.positions, file.project.texts()
    range_ = params.range("range")
    start, end = positions.offset(range_.start), positions.offset(range_.end)
    return [
        {
            "title": action.title,
            "kind": "quickfix",
            "diagnostics": diagnostics_json([action.diagnostic], texts.uri),
            "edit": edit_json(action.edits, texts),
            "isPreferred": action.is_preferred,
        }
        for diagnostic in file.project.diagnostics_of(file.path)
        if diagnostic.label
        and diagnostic.label.span.start <= end
        and start <= diagnostic.label.span.end
        for action in code_actions(file.document.text, diagnostic, file.analysed)
    ]


FEATURES: Final[Mapping[str, Callable[[OpenFile, Params], Any]]] = {
    "textDocument/codeAction": _code_actions,
    "textDocument/codeLens": _code_lenses,
    "textDocument/completion": _completion,
    "textDocument/definition": _definition,
    "textDocument/documentLink": _document_links,
    "textDocument/hover": _hover,
    "textDocument/inlayHint": _inlay_hints,
    "textDocument/prepareRename": _prepare_rename,
    "textDocument/references": _references,
    "textDocument/rename": _rename,
}
"""The requests that are about a document of a project; for any other the answer is null."""
