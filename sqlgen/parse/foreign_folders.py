"""SourceFile -> Migration: reads the migrations of other tools, for their schema alone.

The tool is known by the names and comments of its files, as its manual describes them. Of each file only the
up section is left; the rest is blank, so that every position stays the same. What a tool replaces in
the text before it runs it is refused: only the tool itself knows what runs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError, each
from ..model.migration import Migration
from ..model.source import SourceFile, Span
from .folder_files import FilesByPath
from .foreign_tools import TOOLS, ForeignTool
from .statements import refuse_psql_commands

_MOST_NAMES: Final = 3
"""The names of files that one warning lists."""


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
    files = tool.files(_by_path(folder, sources))
    scripts = tuple(dict.fromkeys(files.scripts))
    literal = files.literal
    texts = each(
        lambda source: _up_sections(tool, source, is_literal=source.path in literal),
        scripts,
    )
    sections = dict(zip(scripts, texts, strict=True))
    return tuple(
        Migration(
            version=number,
            description=PurePosixPath(source.path).name,
            up=replace(source, text=sections[source]),
            down=None,
            transactional=files.transactional.get(
                source.path, not _search(tool.no_transaction, source.text)
            ),
        )
        for number, source in enumerate(files.scripts, start=1)
    )


def foreign_warnings(
    folder: str, sources: Sequence[SourceFile]
) -> tuple[Diagnostic, ...]:
    """Return warnings about what the tool may run and `foreign_migrations` does not."""
    tool = _tool(folder, sources)
    if tool is None:
        return ()
    files = tool.files(_by_path(folder, sources))
    return (
        *_not_run(
            files.not_run,
            f"{tool.name} may run these files, and sqlgen does not:",
            "if they change the schema, set `schema` to the `command` that applies the migrations",
        ),
        *_not_run(
            files.unknown,
            f"{tool.name} passes over these files because of their names, and so does sqlgen:",
            "rename them if they are migrations, or move them away",
        ),
        *files.warnings,
    )


def _not_run(
    sources: Sequence[SourceFile], message: str, hint: str
) -> Iterator[Diagnostic]:
    if sources:
        names = [f"`{source.path}`" for source in sources[:_MOST_NAMES]]
        more = len(sources) - len(names)
        listed = ", ".join(names) + (f" and {more} more" if more else "")
        yield Diagnostic(
            code="not-run",
            message=f"{message} {listed}",
            label=None,
            hint=hint,
            severity=Severity.WARNING,
        )


def tool_of(folder: str, sources: Sequence[SourceFile]) -> str | None:
    """Return the name of the tool that the migrations in *folder* belong to; `None` for no known one."""
    tool = _tool(folder, sources)
    return tool.name if tool else None


def _tool(folder: str, sources: Sequence[SourceFile]) -> ForeignTool | None:
    by_path = _by_path(folder, sources)
    for tool in TOOLS:
        files = tool.files(by_path).scripts
        marker = tool.up or tool.down
        if files and (not marker or any(_search(marker, s.text) for s in files)):
            return tool
    return None


def _by_path(folder: str, sources: Sequence[SourceFile]) -> FilesByPath:
    place = PurePosixPath(folder)
    paths = [(PurePosixPath(source.path), source) for source in sources]
    return {
        path.relative_to(place) if path.is_relative_to(place) else _elsewhere(path): s
        for path, s in paths
    }


def _elsewhere(path: PurePosixPath) -> PurePosixPath:
    return PurePosixPath("..", path)


def _up_sections(tool: ForeignTool, source: SourceFile, *, is_literal: bool) -> str:
    """Return the file's text with blanks around the up sections."""
    refuse_psql_commands(source)
    text = source.text
    if tool.up and not _search(tool.up, text):
        raise SqlgenError(
            Diagnostic(
                code="no-up-section",
                message=f"the file has no up section, as migrations of {tool.name} have",
                label=Label(Span(source, 0, 0)),
                hint="add the comment that begins it, or move the file away",
            )
        )
    section, end = "", 0
    for first, last in _up_spans(tool, text):
        section += _blank(text[end:first]) + text[first:last]
        end = last
    section += _blank(text[end:])
    found = _search(tool.replaced, text if tool.name == "goose" else section)
    if tool.replaced and found and not is_literal:
        raise SqlgenError(
            Diagnostic(
                code="replaced-text",
                message=f"{tool.name} replaces this before it runs the file",
                label=Label(Span(source, *found.span())),
                hint="set `schema` to the `command` that applies the migrations, or to a dump",
            )
        )
    return section


def _up_spans(tool: ForeignTool, text: str) -> Iterator[tuple[int, int]]:
    """Yield the starts and ends of the up sections: sql-migrate and dbmate allow several."""
    marks = sorted(
        [(m.start(), m.end(), True) for m in _matches(tool.up, text)]
        + [(m.start(), m.end(), False) for m in _matches(tool.down, text)]
    )
    is_up, start = not tool.up, 0
    for first, last, begins in marks:
        if is_up:
            yield start, first
        is_up, start = begins, last
    if is_up:
        yield start, len(text)


def _search(pattern: str, text: str) -> re.Match[str] | None:
    return next(_matches(pattern, text), None)


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    flags = re.MULTILINE | re.IGNORECASE
    return re.finditer(pattern, text, flags) if pattern else iter(())


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)
