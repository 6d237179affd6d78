"""disk -> SourceFile: reads the files of a project."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from ..model.config import Config
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    each,
)
from ..model.source import SourceFile, Span
from .conflict_markers import conflict
from .output_files import OutputFiles
from .project_files import LARGE, SMALL, ProjectFiles, unreadable

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ROOTS = frozenset({"py.typed", "pyproject.toml"})
"""The files whose folder is a package or project of its own."""
_CREATE = "create it, or set its path in `[tool.sqlgen]`"
NO_MIGRATIONS = "write the first one with `sqlgen migrate new`, or set `migrations` or `schema` in `[tool.sqlgen]`"
"""The hint where there is no migration."""


def queries(config: Config) -> tuple[SourceFile, ...]:
    """Return the project's query files, sorted by path, as `sources` does."""
    return sources(
        config.root, config.queries, outside=config.outside_folders, limit=SMALL
    )


def migrations(config: Config) -> tuple[SourceFile, ...]:
    """Return the project's migration files, sorted by path, as `sources` does.

    They are those of the folder itself, as in SQLx.
    """
    return sources(
        config.root,
        config.migrations,
        hint=NO_MIGRATIONS,
        outside=config.outside_folders,
        below=False,
    )


def sources(
    root: Path,
    folder: str,
    *,
    hint: str = _CREATE,
    outside: Sequence[str] = (),
    limit: int = LARGE,
    below: bool = True,
) -> tuple[SourceFile, ...]:
    """Return all `*.sql` files in *folder* of the project at *root*, sorted by path.

    With *below*, those of its folders are among them.
    Files and folders whose names begin with a dot are left out. Symbolic links are followed, except
    for a link to a folder that contains it, but not out of the project and the folders *outside* of
    it. Raises `ConfigurationError` with the *hint* if the folder is missing, and `SqlgenError` for
    all files that cannot be read, have more than *limit* bytes or are not UTF-8.
    """
    with ProjectFiles(root, outside) as project:
        paths = [p for p in paths_below(project, root, folder, hint) if _is_sql(p)]
        if not below:
            parent = PurePosixPath(_posix(folder))
            paths = [path for path in paths if PurePosixPath(path).parent == parent]
        return each(partial(source_in, project, limit=limit), paths)


def paths_below(
    project: ProjectFiles, root: Path, folder: str, hint: str = _CREATE
) -> list[str]:
    """Return the sorted paths of all files in *folder* and its folders, as `sources` finds them.

    Raises `ConfigurationError` with the *hint* if the folder is missing.
    """
    place = _existing(root, folder, hint)
    return sorted(_files(place, _posix(folder), frozenset(), project))


def check_folder(config: Config, folder: str) -> None:
    """Raise `SqlgenError` if *folder*, which need not exist, is not in the project.

    A folder that the setting `outside_folders` allows is fine, too.
    """
    with ProjectFiles(config.root, config.outside_folders) as project:
        project.check_folder(folder)


def templates(
    root: Path, folder: str | None, outside: Sequence[str] = ()
) -> tuple[SourceFile, ...]:
    """Return the templates in *folder* (not below it), sorted by path; none without a folder.

    Files with another suffix like jinja's (`.j2`) are among them, to be reported as misnamed; an
    editor's backup files (`row.jinja~`) are not. Links are followed as by `sources`. Raises
    `ConfigurationError` if the folder is missing, and `SqlgenError` for all files that cannot be read
    or are not UTF-8.
    """
    if folder is None:
        return ()
    hint = "run `sqlgen templates eject`, which creates it, or remove the setting"
    place = _existing(root, folder, hint)
    with ProjectFiles(root, outside) as project:
        project.check_folder(folder)
        paths = sorted(
            PurePosixPath(folder, entry.name).as_posix()
            for entry in place.iterdir()
            if entry.suffix.startswith(".j")
            and not entry.name.startswith(".")
            and not entry.name.endswith(("~", "#"))
            and not entry.is_dir()
        )
        return each(partial(source_in, project, limit=SMALL), paths)


def _existing(root: Path, folder: str, hint: str) -> Path:
    """Return the folder's place; raise `ConfigurationError` with the *hint* if it is missing."""
    place = root / folder
    if not place.is_dir():
        what = "is not a folder" if place.exists() else "does not exist"
        raise ConfigurationError(
            Diagnostic(
                code="missing-folder",
                message=f"the folder `{folder}` {what}",
                label=None,
                hint=hint,
            )
        )
    return place


def generated(root: Path, folder: str) -> OutputFiles:
    """Return the contents of the files below the output *folder*, by path relative to *root*.

    There are none if the folder does not exist yet. Python's caches are left out, and so are other
    packages and projects below it, which may be the output of another project, and links, which
    sqlgen does not make. Raises `ConfigurationError` if *folder* is a file or a link, and
    what it returns raises `SqlgenError` for files that cannot be read.
    """
    start = root / folder
    for place in (start, *start.parents[: len(PurePosixPath(folder).parts) - 1]):
        if place.is_symlink():
            raise ConfigurationError(
                Diagnostic(
                    code="missing-folder",
                    message=(
                        f"the output `{folder}` is not a folder, but a link"
                        if place == start
                        else f"the output `{folder}` is below a link,"
                        f" `{place.relative_to(root)}`"
                    ),
                    label=None,
                    hint="set `output` in `[tool.sqlgen]` to the folder that it leads to",
                )
            )
    if not start.exists():
        return OutputFiles(root, (), (), _read_large)
    if not start.is_dir():
        raise ConfigurationError(
            Diagnostic(
                code="missing-folder",
                message=f"the output `{folder}` is not a folder",
                label=None,
                hint="move the file away, or set another `output` in `[tool.sqlgen]`",
            )
        )
    outside = (folder,) if PurePosixPath(folder).parts[0] == ".." else ()
    with ProjectFiles(root, outside) as project:
        files = _files(start, _posix(folder), frozenset(), project, output=True)
    return OutputFiles(
        root,
        outside,
        sorted(files),
        _read_large,
    )


def source(
    root: Path, path: str, *, outside: Sequence[str] = (), limit: int = LARGE
) -> SourceFile:
    """Return the file at *path*, relative to *root*, with at most *limit* bytes.

    Raises `SqlgenError` if it cannot be read, is neither in the project nor in the folders *outside*
    of it, is not UTF-8, or has a NUL character or a merge conflict.
    """
    with ProjectFiles(root, outside) as project:
        return source_in(project, path, limit=limit)


def source_in(project: ProjectFiles, path: str, *, limit: int = LARGE) -> SourceFile:
    """Return a file as `source` does, with the folders that *project* has opened already."""
    return source_of(path, *_read(project, path, limit))


def source_of(path: str, content: bytes, is_outside: bool = False) -> SourceFile:
    """Return the file at *path* with this *content*, which need not have been saved.

    Raises `SqlgenError` if it is not UTF-8, or has a NUL character.
    """
    digest = hashlib.sha384(content).digest()
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        file = SourceFile(path, content.decode("utf-8"), digest, is_outside)
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", errors="replace")
        file = SourceFile(path, text, digest, is_outside)
        start = len(content[: error.start].decode("utf-8"))
        raise SqlgenError(
            Diagnostic(
                code="not-utf-8",
                message=f"`{path}` is not UTF-8",
                label=Label(
                    Span(file, start, start + 1),
                    f"byte 0x{content[error.start]:02x}",
                ),
                hint="save the file as UTF-8",
            )
        ) from None
    if (nul := file.text.find("\0")) >= 0:
        # libpq takes texts that end at the first NUL, so that the rest would be passed over.
        raise SqlgenError(
            Diagnostic(
                code="nul-character",
                message="the file has a NUL character, which PostgreSQL does not accept",
                label=Label(Span(file, nul, nul + 1)),
                hint="remove it, or, if the file is UTF-16, save it as UTF-8",
            )
        )
    if found := conflict(file):
        raise SqlgenError(found)
    return file


def _read(project: ProjectFiles, path: str, limit: int) -> tuple[bytes, bool]:
    if not path.isprintable() and any("\ud800" <= c <= "\udfff" for c in path):
        raise SqlgenError(
            Diagnostic(
                code="unreadable",
                message=f"`{path}` has a name that is not UTF-8",
                label=None,
                hint="rename the file",
            )
        )
    return project.read(path, limit)


def _read_large(project: ProjectFiles, path: str) -> bytes:
    return _read(project, path, LARGE)[0]


def _posix(folder: str) -> str:
    """Return the path that the paths of files in the folder begin with, without `.` parts."""
    return str(PurePosixPath(folder))


def _is_sql(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".sql") and name != ".sql"


def _files(
    folder: Path | str,
    path: str,
    above: frozenset[str],
    project: ProjectFiles,
    *,
    output: bool = False,
) -> Iterator[str]:
    """Return the files below *folder*, which has the path *path* and is inside the folders *above*.

    With *output*, hidden files are included, but neither Python's caches nor other packages nor links.
    """
    here = project.check_folder(path)
    if here in above:
        return
    try:
        with os.scandir(folder) as entries:
            items = [
                (entry.name, entry.is_dir())
                for entry in entries
                if not (output and entry.is_symlink())
            ]
    except OSError as error:
        raise unreadable(path, error) from None
    if output and above and any(name in _ROOTS for name, _ in items):
        return
    for name, is_folder in items:
        if name == "__pycache__" if output else name.startswith("."):
            continue
        inside = name if path == "." else f"{path}/{name}"
        if is_folder:
            deeper = f"{folder}/{name}"
            yield from _files(deeper, inside, above | {here}, project, output=output)
        else:
            yield inside
