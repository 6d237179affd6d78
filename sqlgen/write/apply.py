"""Change -> disk: makes all changes, or none."""

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.output import Change
from .journal import locked_journal, temporary_path


def apply(root: Path, changes: Sequence[Change]) -> None:
    """Make *changes* in the project at *root*.

    New texts are first written to temporary files beside their targets. Once all are written, and
    all targets still have the text `before`, each is renamed to its target. If that fails or is
    interrupted, everything is undone. Folders that a deletion leaves empty are removed. Raises
    `SqlgenError`, with nothing changed, if a file was edited meanwhile or cannot be written.
    """
    temporaries = {
        change.path: temporary_path(PurePosixPath(change.path))
        for change in changes
        if change.after is not None
    }
    deletions = [change.path for change in changes if change.after is None]
    with contextlib.ExitStack() as undo:
        for change in changes:
            _expect(root, change)
        journal = undo.enter_context(locked_journal(root))
        journal.record({str(path): "" for path in temporaries.values()}, [])
        with contextlib.ExitStack() as undo_changes:
            staged = [
                _stage(root, change, temporaries.get(change.path), undo_changes)
                for change in changes
            ]
            for change in changes:
                _expect(root, change)
            journal.record(
                {str(path): target for target, path in temporaries.items()}, deletions
            )
            for change, temporary in zip(changes, staged, strict=True):
                _replace(root, change, temporary, undo_changes)
            undo_changes.pop_all()
    for change in changes:
        if change.after is None:
            _remove_empty_folders(root, root / change.path)


def _stage(
    root: Path,
    change: Change,
    temporary_name: PurePosixPath | None,
    undo: contextlib.ExitStack,
) -> Path | None:
    """Write the new text to a temporary file beside its target; `None` for a deletion."""
    if change.after is None or temporary_name is None:
        return None
    path, temporary = root / change.path, root / temporary_name
    try:
        _make_folders(path.parent, undo)
        undo.callback(temporary.unlink, missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(change.after.encode())
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    except OSError as error:
        raise _unwritable(change, error) from None
    return temporary


def _make_folders(folder: Path, undo: contextlib.ExitStack) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent, undo)
        folder.mkdir()
        undo.callback(_remove_if_empty, folder)


def _expect(root: Path, change: Change) -> None:
    """Raise `SqlgenError` unless the file has the text from before the change.

    It may also have the new text already, if another build of the same project was faster. Raises
    `SqlgenError` too if the file or a folder on the way to it is a link, which may lead anywhere.
    """
    try:
        _refuse_links(root, change)
        content = (root / change.path).read_bytes()
    except FileNotFoundError:
        text = None
    except OSError as error:
        raise _unwritable(change, error) from None
    else:
        text = content.decode("utf-8", errors="replace")
    if text not in (change.before, change.after):
        raise SqlgenError(
            Diagnostic(
                code="edited-meanwhile",
                message=f"`{change.path}` was changed during the build",
                label=None,
                hint="run `sqlgen build` again",
            )
        )


def _refuse_links(root: Path, change: Change) -> None:
    """Raise `SqlgenError` if the file or a folder on the way to it, below *root*, is a link."""
    path = root / change.path
    for place in (path, *path.parents[: len(PurePosixPath(change.path).parts) - 1]):
        if place.is_symlink():
            linked = place.relative_to(root)
            raise SqlgenError(
                Diagnostic(
                    code="unwritable",
                    message=f"`{change.path}` is not written: `{linked}` is a link",
                    label=None,
                    hint="replace the link by what it leads to",
                )
            )


def _replace(
    root: Path, change: Change, temporary: Path | None, undo: contextlib.ExitStack
) -> None:
    path = root / change.path
    undo.callback(_restore, path, change.before)
    try:
        if temporary is None:
            path.unlink()
        else:
            temporary.replace(path)
    except OSError as error:
        raise _unwritable(change, error) from None


def _restore(path: Path, text: str | None) -> None:
    # If one file cannot be restored, the others still are.
    with contextlib.suppress(OSError):
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != text.encode():
            path.write_text(text, encoding="utf-8", newline="")


def _remove_empty_folders(root: Path, path: Path) -> None:
    for folder in path.parents:
        if folder == root or not _remove_if_empty(folder):
            return


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _unwritable(change: Change, error: OSError) -> SqlgenError:
    verb = "deleted" if change.after is None else "written"
    return SqlgenError(
        Diagnostic(
            code="unwritable",
            message=f"`{change.path}` cannot be {verb}: {error.strerror}",
            label=None,
            hint="check who may write in its folder, and that the disk is not full",
        )
    )
