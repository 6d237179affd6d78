"""Source files, and places in them."""

from dataclasses import field

from .frozen import frozen


@frozen
class SourceFile:
    """A file of the project as it was read.

    `path` is relative to the project's root, with `/` between its parts, as diagnostics print it.
    `text` is the whole file decoded from UTF-8, with its own line ends but without a byte order mark.
    `sha384` is the SHA-384 digest of the bytes on disk. Of a file that `is_outside` of the project,
    messages show no lines. `origin` is what the text was made from, empty for a file on disk.
    """

    path: str
    text: str = field(repr=False)
    sha384: bytes = field(repr=False, default=b"")
    is_outside: bool = False
    origin: str = ""


@frozen
class Span:
    """The characters `source.text[start:end]`."""

    source: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        """Return the characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """Return the line on which the span starts, counted from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """Return the column at which the span starts, in characters counted from 1."""
        return self.start - (self.source.text.rfind("\n", 0, self.start) + 1) + 1


@frozen
class ProjectSources:
    """The files of a project: its migrations and query files."""

    migrations: tuple[SourceFile, ...]
    queries: tuple[SourceFile, ...]
    templates: tuple[SourceFile, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of the query files."""
        return tuple(source.path for source in self.queries)
