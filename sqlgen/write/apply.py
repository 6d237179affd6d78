"""Change -> disk: makes all changes, or none."""

import contextlib
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.output import Change
from .journal import locked_journal, temporary_path
from .project_folders import LinkError, ProjectFolders


def apply(root: Path, changes: Sequence[Change]) -> None:
    """Make *changes* in the project at *root*.

    New texts are first written to temporary files beside their targets. Once all are written, and
    all targets still have the text `before`, each is renamed to its target. If that fails or is
    interrupted, everything is undone. Folders that a deletion leaves empty are removed. Raises
    `SqlgenError`, with nothing changed, if a file was edited meanwhile or cannot be written.
    """
    temporaries = {
        change.path: str(temporary_path(PurePosixPath(change.path)))
        for change in changes
        if change.after is not None
    }
    deletions = [change.path for change in changes if change.after is None]
    with contextlib.ExitStack() as closing:
        folders = closing.enter_context(_open(root))
        for change in changes:
            _expect(folders, change)
        journal = closing.enter_context(locked_journal(folders))
        journal.record(dict.fromkeys(temporaries.values(), ""), [])
        with contextlib.ExitStack() as undo:
            for change in changes:
                if change.after is not None:
                    _stage(folders, change, temporaries[change.path], undo)
            for change in changes:
                _expect(folders, change)
            journal.record(
                {path: name for name, path in temporaries.items()}, deletions
            )
            for change in changes:
                _replace(folders, change, temporaries.get(change.path), undo)
            undo.pop_all()
        for path in deletions:
            _remove_empty_folders(folders, path)


def current_text(root: Path, path: str) -> str | None:
    """Return the text of a file of the project at *root*, `None` if it does not exist.

    Raises `SqlgenError` if it or a folder on the way is a link, or if it cannot be read.
    """
    try:
        with ProjectFolders(root) as folders:
            content = folders.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unwritable(Change(path, None, ""), error) from None
    return None if content is None else content.decode("utf-8", errors="replace")


def _open(root: Path) -> ProjectFolders:
    try:
        return ProjectFolders(root)
    except OSError as error:
        raise SqlgenError(
            Diagnostic(
                code="unwritable",
                message=f"the project's folder cannot be opened: {error.strerror}",
                label=None,
                hint="check that it exists and that you may read it",
            )
        ) from None


def _stage(
    folders: ProjectFolders,
    change: Change,
    temporary: str,
    undo: contextlib.ExitStack,
) -> None:
    """Write the new text to a temporary file beside its target."""
    assert change.after is not None
    try:
        for folder in folders.make_folders(change.path):
            undo.callback(folders.remove_folder, folder)
        _delete(folders, temporary)
        undo.callback(_delete, folders, temporary)
        target = folders.status(change.path)
        mode = None if target is None else stat.S_IMODE(target.st_mode)
        folders.create(temporary, change.after.encode(), mode)
    except OSError as error:
        raise _unwritable(change, error) from None


def _expect(folders: ProjectFolders, change: Change) -> None:
    """Raise `SqlgenError` unless the file has the text from before the change.

    It may also have the new text already, if another build of the same project was faster. Raises
    `SqlgenError` too if the file or a folder on the way to it is a link, which may lead anywhere.
    """
    try:
        content = folders.read(change.path)
    except FileNotFoundError:
        content = None
    except OSError as error:
        raise _unwritable(change, error) from None
    text = None if content is None else content.decode("utf-8", errors="replace")
    if text not in (change.before, change.after):
        raise SqlgenError(
            Diagnostic(
                code="edited-meanwhile",
                message=f"`{change.path}` was changed during the build",
                label=None,
                hint="run `sqlgen build` again",
            )
        )


def _replace(
    folders: ProjectFolders,
    change: Change,
    temporary: str | None,
    undo: contextlib.ExitStack,
) -> None:
    undo.callback(_restore, folders, change)
    try:
        if temporary is None:
            folders.delete(change.path)
        else:
            folders.rename(temporary, change.path)
    except OSError as error:
        raise _unwritable(change, error) from None


def _restore(folders: ProjectFolders, change: Change) -> None:
    # If one file cannot be restored, the others still are.
    with contextlib.suppress(OSError):
        if change.before is None:
            _delete(folders, change.path)
            return
        before = change.before.encode()
        if folders.read(change.path) == before:
            return
        target = folders.status(change.path)
        mode = None if target is None else stat.S_IMODE(target.st_mode)
        _delete(folders, change.path)
        folders.create(change.path, before, mode)


def _delete(folders: ProjectFolders, path: str) -> None:
    """Delete a file, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        folders.delete(path)


def _remove_empty_folders(folders: ProjectFolders, path: str) -> None:
    for folder in PurePosixPath(path).parents:
        if not folders.remove_folder(folder):
            return


def _unwritable(change: Change, error: OSError) -> SqlgenError:
    verb = "deleted" if change.after is None else "written"
    message = f"`{change.path}` cannot be {verb}: {error.strerror}"
    hint = "check who may write in its folder, and that the disk is not full"
    if isinstance(error, LinkError):
        message = f"`{change.path}` is not {verb}: `{error.path}` is a link"
        hint = "replace the link by what it leads to"
    return SqlgenError(
        Diagnostic(code="unwritable", message=message, label=None, hint=hint)
    )
