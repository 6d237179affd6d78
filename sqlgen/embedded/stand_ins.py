"""Stand-ins for extensions that the embedded server does not have.

They are the control file and the script of an ordinary extension, found through PostgreSQL 18's
`extension_control_path` (manual 19.11.5): after the server's own extensions, so that a real one is
never replaced. The project's come before ours.
"""

import shutil
from importlib import resources
from pathlib import Path

from .account import open_for_reading


def place(folder: Path, extensions: Path | None) -> str:
    """Copy the stand-ins to where the server's user can read them; gives the setting's value.

    *extensions* is the project's folder, with `NAME.control` and `NAME--VERSION.sql` in it.
    """
    target = folder / "stand-ins"
    if target.exists():
        shutil.rmtree(target)
    path = ["$system"]
    if extensions is not None:
        path.append(_copy(extensions, target / "project"))
    shipped = resources.files(__package__) / "extensions" / "extension"
    with resources.as_file(shipped) as ours:
        path.append(_copy(ours, target / "sqlgen"))
    open_for_reading(target)
    return ":".join(path)


def _copy(source: Path, target: Path) -> str:
    """Copy the extensions' files below `extension`, where PostgreSQL looks for them."""
    goal = target / "extension"
    goal.mkdir(parents=True)
    for pattern in ("*.control", "*.sql"):
        for file in source.glob(pattern):
            (goal / file.name).write_bytes(file.read_bytes())
    return str(target)
