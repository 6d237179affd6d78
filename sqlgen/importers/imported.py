"""The queries of another tool's project, as its reader yields them and the writer prints them."""

from ..model.commands import Command
from ..model.diagnostic import Diagnostic
from ..model.frozen import frozen
from ..model.source import Span


@frozen
class ColumnVerdict:
    """A column by its name, and whether it may be NULL in the other tool's opinion; `None` if that has none."""

    name: str
    nullable: bool | None


@frozen(kw_only=True)
class ImportedQuery:
    """A query in sqlgen's words; `place` is what it was made from, as messages show it.

    `sql` has sqlgen's parameters and no semicolon at its end. `doc` are the lines of its comment. `verdicts` are
    those of the other tool about its columns, empty if they are not known.
    """

    name: str
    command: Command
    sql: str
    place: Span
    row: str = ""
    doc: tuple[str, ...] = ()
    verdicts: tuple[ColumnVerdict, ...] = ()


@frozen
class ImportedFile:
    """A query file to write; `path` is relative to the folder of query files.

    `queries` may share a name; the writer gives a number to all but the first.
    """

    path: str
    queries: tuple[ImportedQuery, ...]


@frozen(kw_only=True)
class ImportedProject:
    """All that was read: files to write, lines for pyproject.toml, and remarks.

    `left_out` tells how many queries have no translation; `problems` say which and why. `settings` are
    TOML, empty if there are none.
    """

    files: tuple[ImportedFile, ...]
    problems: tuple[Diagnostic, ...] = ()
    left_out: int = 0
    settings: str = ""
