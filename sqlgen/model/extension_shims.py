"""The files of stand-ins for extensions.

They are listed here, and not in `embedded`, because a build with nothing to do lists them as well:
it must not import what starts a server.
"""

from pathlib import Path
from typing import Final

from .diagnostic import Diagnostic, SqlgenError

_LARGEST: Final = 16 * 2**20
"""Bytes of a file, which is read whole."""


def shim_files(folder: Path | None) -> tuple[Path, ...]:
    """Return the files that the extensions in *folder* consist of, sorted by name.

    There are none if there is no such folder. Neither links out of the folder nor what is no regular
    file is among them. Raises `SqlgenError` for a file that is too large.
    """
    if folder is None or not folder.is_dir():
        return ()
    real = folder.resolve()
    files = [
        file
        for file in folder.iterdir()
        if file.suffix in (".control", ".sql")
        and file.is_file()
        and file.resolve().is_relative_to(real)
    ]
    if large := [file for file in files if file.stat().st_size > _LARGEST]:
        raise SqlgenError(
            Diagnostic(
                code="unreadable",
                message=f"`{large[0].name}` of `extensions` has more than"
                f" {_LARGEST >> 20} MB",
                label=None,
                hint="split the extension",
            )
        )
    return tuple(sorted(files))
