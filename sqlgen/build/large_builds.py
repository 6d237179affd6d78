"""A request -> whether it is so large that its memory must be bounded, and its files in groups.

The typed queries and the texts of 100,000 queries would take gigabytes. A large build analyses and renders one
group of files after the other, and keeps compressed bytes in between, which takes a tenth longer.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from .. import lockfile, parse
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from .analysis.analyzer import AnalysedFile, ParsedFile, analysed_file
from .request import BuildRequest

_LARGE: Final = 2**21
"""Characters of all query files, of some 9,000 queries."""
_GROUP: Final = 2**16
"""Characters of the files that are analysed or rendered at once."""


def is_large(request: BuildRequest) -> bool:
    """Return whether the build of all query files needs to save memory."""
    return sum([len(source.text) for source in request.queries]) > _LARGE


def groups(sources: Sequence[SourceFile]) -> Iterator[Sequence[SourceFile]]:
    """Split files into groups that are worked on at once."""
    group: list[SourceFile] = []
    size = 0
    for source in sources:
        if group and size > _GROUP:
            yield group
            group, size = [], 0
        group.append(source)
        size += len(source.text)
    if group:
        yield group


def compressed_pack(queries: Sequence[TypedQuery]) -> bytes:
    """Return analysed queries as fewer bytes than `lockfile.pack` does, which can be unpacked as well."""
    import zlib  # rarely needed

    return zlib.compress(lockfile.pack(queries), 1)


def unpacked(source: SourceFile, packed: bytes) -> AnalysedFile:
    """Return an analysed query file without errors and warnings, from its text and its packed queries."""
    file = parse.query_file(source)
    typed = lockfile.unpack(packed, file.queries)
    assert len(typed) == len(file.queries), "all queries of a clean file are packed"
    return analysed_file(ParsedFile(file, True), typed, {})
