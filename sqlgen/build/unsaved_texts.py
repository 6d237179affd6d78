"""The files on disk and the texts in the editor -> the files as they stand in the editor."""

from collections.abc import Mapping, Sequence

from .. import read
from ..model.diagnostic import Diagnostic, attempt
from ..model.source import SourceFile


def with_unsaved(
    sources: Sequence[SourceFile], unsaved: Mapping[str, str]
) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """Return the files with the texts that are in the editor; an error for each that cannot be read."""

    def current(source: SourceFile) -> SourceFile:
        text = unsaved.get(source.path)
        if text is None or text == source.text:
            return source
        return read.source_of(source.path, _encoded(text), source.is_outside)

    return attempt(current, sources)


def new_files(
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
