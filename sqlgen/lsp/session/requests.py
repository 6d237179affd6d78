"""Requests about a document -> the features' answers, in the protocol's JSON."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...model.frozen import frozen
from ..documents.document import Document
from ..features.hover import hover
from ..features.inlay_hints import inlay_hints
from ..features.subjects import Subject, subject_at
from ..protocol.params import Params
from .open_project import OpenProject
from .serialization import position_json, range_json


@frozen
class OpenFile:
    """A document that is open, the project that it belongs to, and its path there."""

    project: OpenProject
    path: str
    document: Document

    def offset(self, params: Params) -> int:
        """Return the place that a request is about."""
        return self.document.positions.offset(params.position("position"))

    def subject(self, params: Params) -> Subject | None:
        """Return what stands at the place that a request is about."""
        file = self.project.query_file(self.path)
        if file is None:
            return None
        return subject_at(file, self.project.schema(), self.offset(params))


def _hover(file: OpenFile, params: Params) -> object:
    subject = file.subject(params)
    analysed = file.project.query_file(file.path)
    found = (
        hover(file.project.fresh(), analysed, subject) if analysed and subject else None
    )
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
    analysed = file.project.query_file(file.path)
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
        for hint in inlay_hints(file.project.fresh(), analysed, start, end)
    ]


FEATURES: Final[Mapping[str, Callable[[OpenFile, Params], Any]]] = {
    "textDocument/hover": _hover,
    "textDocument/inlayHint": _inlay_hints,
}
"""The requests that are about a document of a project; for any other the answer is null."""
