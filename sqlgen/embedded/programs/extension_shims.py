"""Shims: extensions that take the place of those that the embedded server does not have.

A shim is an ordinary extension of a control file and a script, which declares the same types and
functions. PostgreSQL 18 finds it through `extension_control_path` (manual 19.11.5), after the
server's own extensions, so that it never replaces a real one. A project's shims come before sqlgen's.
"""

import hashlib
from pathlib import Path
from typing import Final

from ...model.extension_shims import shim_files
from ..account import make_readable

BUNDLED: Final = Path(__file__).parents[1] / "extensions" / "extension"
"""The folder of the shims that come with sqlgen."""


def install(folder: Path, extensions: Path | None) -> str:
    """Copy the shims into *folder*, where the server's user can read them.

    *extensions* is the project's folder with files `NAME.control` and `NAME--VERSION.sql`. Files that
    are there already are not copied again. Returns the value for `extension_control_path`.
    """
    sources = {"project": extensions, "sqlgen": BUNDLED}
    contents = {
        f"{name}/extension/{file.name}": file.read_bytes()
        for name, source in sources.items()
        for file in shim_files(source)
    }
    digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
    target = folder / "extension-shims" / digest[:16]
    if not target.exists():
        _copy(contents, target)
    paths = [str(target / name) for name, source in sources.items() if source]
    return ":".join(["$system", *paths])


def _copy(contents: dict[str, bytes], target: Path) -> None:
    """Write the files into *target*, and delete those of other versions of the shims."""
    import shutil  # rarely needed

    shutil.rmtree(target.parent, ignore_errors=True)
    unfinished = target.with_suffix(".half")
    for name, content in contents.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    make_readable(target.parent)
    unfinished.rename(target)
