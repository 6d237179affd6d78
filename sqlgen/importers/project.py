"""A project of another tool -> query files of ours: reads, translates, writes all files or none."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from .. import read, write
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.output import Change
from ..read import ForeignProject
from . import aiosql, pgtyped, sqlc, sqlx
from .comparison import Verdicts
from .imported import ImportedFile, ImportedProject
from .missing_settings import MissingSettings, missing_settings
from .names import UniqueNames
from .project_settings import configured, lacks_tables, schema_files, with_schema
from .query_text import file_text, numbered, readable

READERS: Final[Mapping[str, Callable[[ForeignProject, str], ImportedProject]]] = {
    "sqlc": sqlc.read_project,
    "sqlx": sqlx.read_project,
    "pgtyped": pgtyped.read_project,
    "aiosql": aiosql.read_project,
}
"""The reader of each tool's projects, by the tool's name."""


@frozen
class ImportResult:
    """The files that were written with the names of their queries, and what is to be told.

    `left_out` is the number of queries that are in none of the files. `settings` are to be added to the file
    `configuration`, which is empty if the folder is no project of sqlgen yet; their paths are relative to the other
    project if it is `elsewhere`. `verdicts` are those of the other tool, by the path of the file and the query's name.
    """

    files: Mapping[str, tuple[str, ...]]
    left_out: int
    problems: tuple[Diagnostic, ...]
    settings: MissingSettings
    configuration: str
    to_copy: tuple[str, ...]
    written: Change | None
    lacks_tables: bool
    verdicts: Verdicts


def import_project(
    directory: Path,
    tool: str,
    path: str,
    *,
    output: str | None,
    force: bool,
    configure: bool = False,
) -> ImportResult:
    """Write the queries of the project of *tool* at *path* into the folder *output*.

    Both are relative to *directory*, in which the project of sqlgen is or shall be; without *output* its own
    folder of query files is taken. With *configure*, the settings are written as well, unless the configuration has
    others in their places. Raises `SqlgenError`, with nothing written, if a file exists and not
    *force*, if a file cannot be read, or if there is no query.
    """
    config = _configuration(directory)
    root = config.root if config else directory.resolve()
    folder = _output(directory, root, output, config)
    place = (directory / path).resolve()
    base = root
    if not place.is_relative_to(root):
        base = place if place.is_dir() else place.parent
    with ForeignProject(base, config.outside_folders if config else ()) as files:
        inside = PurePosixPath(place.relative_to(base)).as_posix()
        imported = READERS[tool](files, inside)
    checked = [readable(numbered(file)) for file in imported.files if file.queries]
    problems = (*imported.problems, *[p for _, found in checked for p in found])
    left_out = imported.left_out + sum(len(found) for _, found in checked)
    written = _apart([file for file, _ in checked if file.queries])
    if not written:
        raise _nothing(tool, path, problems)
    texts = {f"{folder}/{file.path}": file_text(file.queries) for file in written}
    settings = with_schema(imported.settings, config, root, base)
    write.finish_interrupted(root)
    change = configured(root, config, settings, folder) if configure else None
    changes = _changes(root, texts, force)
    if change and change.before != change.after:
        changes.append(change)
    write.apply(root, changes)
    missing = _missing(config, settings)
    return ImportResult(
        files={
            path: tuple(query.name for query in file.queries)
            for path, file in zip(texts, written, strict=True)
        },
        left_out=left_out,
        problems=problems,
        settings=missing,
        configuration=config.file if config else "",
        written=change,
        lacks_tables=change is not None
        and lacks_tables(read.config(root / change.path)),
        to_copy=schema_files(missing.text) if base != root else (),
        verdicts={
            (path, query.name): query.verdicts
            for path, file in zip(texts, written, strict=True)
            for query in file.queries
            if query.verdicts
        },
    )


def _configuration(directory: Path) -> Config | None:
    """Return the configuration of the project; None for a folder that shall become one."""
    try:
        return read.config(directory)
    except ConfigurationError as error:
        if [problem.code for problem in error.diagnostics] == ["no-configuration"]:
            return None
        raise


def _missing(config: Config | None, settings: str) -> MissingSettings:
    present = read.source(config.root, config.file).text if config else ""
    return missing_settings(settings, present)


def _output(
    directory: Path, root: Path, output: str | None, config: Config | None
) -> str:
    if output is None:
        return config.queries if config else "queries"
    place = (directory / output).resolve()
    if place == root or not place.is_relative_to(root):
        raise ConfigurationError(
            Diagnostic(
                code="outside-project",
                message=f"`{output}` is not a folder in the project",
                label=None,
                hint="name a folder for the query files, `--output queries`",
            )
        )
    return place.relative_to(root).as_posix()


def _apart(files: list[ImportedFile]) -> list[ImportedFile]:
    """Return the files with paths that differ from each other, and from each other's folders."""
    folders = {
        str(parent) for file in files for parent in PurePosixPath(file.path).parents
    }
    names = UniqueNames(folders)
    stems: list[str] = []
    for file in files:
        stem = file.path.removesuffix(".sql")
        stems.append(names.unused(f"{stem}_queries" if stem in folders else stem))
    return [
        replace(file, path=f"{stem}.sql")
        for file, stem in zip(files, stems, strict=True)
    ]


def _changes(root: Path, texts: Mapping[str, str], force: bool) -> list[Change]:
    before = {path: write.current_text(root, path) for path in texts}
    taken = [path for path, text in before.items() if text not in (None, texts[path])]
    if taken and not force:
        raise SqlgenError(*map(_exists, taken))
    return [
        Change(path, before[path], text)
        for path, text in texts.items()
        if before[path] != text
    ]


def _exists(path: str) -> Diagnostic:
    return Diagnostic(
        code="query-file-exists",
        message=f"`{path}` exists already",
        label=None,
        hint="give another `--output`, or `--force` to overwrite it",
    )


def _nothing(
    tool: str, path: str, problems: tuple[Diagnostic, ...]
) -> ConfigurationError:
    return ConfigurationError(
        *problems,
        Diagnostic(
            code="nothing-to-import",
            message=f"there is no query of {tool} in `{path}` that can be imported",
            label=None,
            hint=f"give the folder of the project of {tool} as PATH",
        ),
    )
