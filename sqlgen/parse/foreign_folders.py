"""SourceFile -> Migration: reads the migrations of other tools, for their schema alone.

The tool is known by the names and comments of its files, as its manual describes them. Of each file only the
up section is left; the rest is blank, so that every position stays the same. What a tool replaces in
the text before it runs it is refused: only the tool itself knows what runs.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.source import SourceFile, Span
from .statements import refuse_psql_commands

Order = Callable[[PurePosixPath], tuple[object, ...] | None]


@frozen(kw_only=True)
class ForeignTool:
    """A tool's form of migrations.

    `up` begins the section to run, and `down` ends it; a file without `up` is all of it if the tool
    does not need the comment. `order` sorts the files by their paths below the folder, and returns `None`
    for a file that is not run. `no_transaction` says that statements run without a transaction, and
    `replaced` finds what the tool replaces.
    """

    name: str
    order: Order
    up: str = ""
    down: str = ""
    no_transaction: str = r"\bconcurrently\b"
    replaced: str = ""


def _numbered(path: PurePosixPath) -> tuple[object, ...] | None:
    match = re.match(r"[0-9]+", path.name)
    return (
        (int(match[0][:4000]), path.name) if match and path.parent.name == "" else None
    )


def _up_files(path: PurePosixPath) -> tuple[object, ...] | None:
    return _numbered(path) if path.name.endswith(".up.sql") else None


def _prisma(path: PurePosixPath) -> tuple[object, ...] | None:
    is_one = path.name == "migration.sql" and len(path.parts) == 2
    return (path.parts[0],) if is_one else None


def _flyway(path: PurePosixPath) -> tuple[object, ...] | None:
    if path.name.startswith("R__"):
        return (1, path.name)
    match = _FLYWAY_VERSION.match(path.name)
    if match is None or match["kind"] == "U":
        return None
    version = [int(part[:4000]) for part in re.split("[._]", match["version"])]
    return (0, version, match["kind"] == "B")


_FLYWAY_VERSION: Final = re.compile(
    r"(?P<kind>[VUB])(?P<version>[0-9]+(?:[._][0-9]+)*)__"
)

TOOLS: Final = (
    ForeignTool(name="Prisma", order=_prisma),
    ForeignTool(name="Flyway", order=_flyway, replaced=r"\$\{[\w:.-]+\}"),
    ForeignTool(
        name="dbmate",
        order=_numbered,
        up=r"^--[ \t]*migrate:up\b.*",
        down=r"^--[ \t]*migrate:down\b",
        no_transaction=r"^--[ \t]*migrate:up\b.*\btransaction:false\b",
    ),
    ForeignTool(
        name="goose",
        order=_numbered,
        up=r"^--[ \t]*\+goose[ \t]+up\b.*",
        down=r"^--[ \t]*\+goose[ \t]+down\b",
        no_transaction=r"^--[ \t]*\+goose[ \t]+no[ \t]+transaction\b",
        replaced=r"^--[ \t]*\+goose[ \t]+envsub[ \t]+on\b",
    ),
    ForeignTool(
        name="sql-migrate",
        order=_numbered,
        up=r"^--[ \t]*\+migrate[ \t]+up\b.*",
        down=r"^--[ \t]*\+migrate[ \t]+down\b",
        no_transaction=r"^--[ \t]*\+migrate[ \t]+up\b.*\bnotransaction\b",
    ),
    ForeignTool(
        name="tern",
        order=_numbered,
        down=r"^-{4,}[ \t]*create above[ \t]*/[ \t]*drop below[ \t]*-{4,}",
        no_transaction=r"^-{4,}[ \t]*tern:[ \t]*disable-tx[ \t]*-{4,}",
        replaced=r"\{\{",
    ),
    ForeignTool(name="golang-migrate", order=_up_files),
    ForeignTool(name="Supabase", order=_numbered),
)
"""The tools in the order in which they are looked for; the last one's files are plain numbered ones."""


PLAIN_TOOLS: Final = frozenset({"golang-migrate", "Supabase"})
"""The tools whose files look like those of sqlgen itself."""


def foreign_migrations(
    folder: str, sources: Sequence[SourceFile]
) -> tuple[Migration, ...]:
    """Return the up sections of the migrations in *folder* of another tool, in the tool's order.

    Raises `SqlgenError` for a folder of no known tool, for a file without its tool's up section, and for
    what the tool would replace before it runs a file.
    """
    tool = _tool(folder, sources)
    if tool is None:
        raise SqlgenError(
            Diagnostic(
                code="unknown-migrations",
                message=f"the folder `{folder}` has no migrations of a tool that sqlgen knows",
                label=None,
                hint="set `schema` to a dump, or to the `command` that applies the migrations",
            )
        )
    files = _in_order(tool, folder, sources)
    texts = each(lambda source: _up_section(tool, source), files)
    return tuple(
        Migration(
            version=number,
            description=PurePosixPath(source.path).name,
            up=SourceFile(source.path, text, source.sha384, source.is_outside),
            down=None,
            transactional=not _search(tool.no_transaction, source.text),
        )
        for number, (source, text) in enumerate(zip(files, texts, strict=True), start=1)
    )


def tool_of(folder: str, sources: Sequence[SourceFile]) -> str | None:
    """Return the name of the tool that the migrations in *folder* belong to; `None` for no known one."""
    tool = _tool(folder, sources)
    return tool.name if tool else None


def _tool(folder: str, sources: Sequence[SourceFile]) -> ForeignTool | None:
    for tool in TOOLS:
        files = [s for s in sources if tool.order(_below(folder, s)) is not None]
        marker = tool.up or tool.down
        if files and (not marker or any(_search(marker, s.text) for s in files)):
            return tool
    return None


def _in_order(
    tool: ForeignTool, folder: str, sources: Sequence[SourceFile]
) -> list[SourceFile]:
    """Return the files that the tool runs on a new database, in its order."""
    keys = [(tool.order(_below(folder, source)), source) for source in sources]
    ordered = sorted(
        [(key, source) for key, source in keys if key is not None],
        key=lambda item: item[0],
    )
    files = [source for _, source in ordered]
    # Flyway begins at the newest baseline migration.
    baselines = [n for n, s in enumerate(files) if _is_baseline(tool, s)]
    return files[baselines[-1] :] if baselines else files


def _is_baseline(tool: ForeignTool, source: SourceFile) -> bool:
    return tool.name == "Flyway" and PurePosixPath(source.path).name.startswith("B")


def _up_section(tool: ForeignTool, source: SourceFile) -> str:
    """Return the file's text with blanks around the up section."""
    refuse_psql_commands(source)
    text = source.text
    up = _search(tool.up, text) if tool.up else None
    if tool.up and up is None:
        raise SqlgenError(
            Diagnostic(
                code="no-up-section",
                message=f"the file has no up section, as migrations of {tool.name} have",
                label=Label(Span(source, 0, 0)),
                hint="add the comment that begins it, or move the file away",
            )
        )
    start = up.end() if up else 0
    down = _search(tool.down, text, start) if tool.down else None
    end = down.start() if down else len(text)
    section = _blank(text[:start]) + text[start:end] + _blank(text[end:])
    found = _search(tool.replaced, text if tool.name == "goose" else section)
    if tool.replaced and found:
        raise SqlgenError(
            Diagnostic(
                code="replaced-text",
                message=f"{tool.name} replaces this before it runs the file",
                label=Label(Span(source, *found.span())),
                hint="set `schema` to the `command` that applies the migrations, or to a dump",
            )
        )
    return section


def _below(folder: str, source: SourceFile) -> PurePosixPath:
    return PurePosixPath(source.path).relative_to(PurePosixPath(folder))


def _search(pattern: str, text: str, start: int = 0) -> re.Match[str] | None:
    return re.compile(pattern, re.MULTILINE | re.IGNORECASE).search(text, start)


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)
