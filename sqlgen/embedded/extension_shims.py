"""Stand-ins for extensions that the embedded server does not have.

They are the control file and the script of an ordinary extension, found through PostgreSQL 18's
`extension_control_path` (manual 19.11.5): after the server's own extensions, so that a real one is
never replaced. The project's come before ours.
"""

import hashlib
from pathlib import Path
from typing import Final

from ..model.extension_shims import shim_files
from .account import make_readable

BUNDLED: Final = Path(__file__).parent / "extensions" / "extension"
"""The stand-ins that come with sqlgen."""


def install(folder: Path, extensions: Path | None) -> str:
    """Copy the stand-ins to where the server's user can read them; gives the setting's value.

    *extensions* is the project's folder, with `NAME.control` and `NAME--VERSION.sql` in it. Nothing
    is done where the same files are there already.
    """
    sources = {"project": extensions, "sqlgen": BUNDLED}
    contents = {
        f"{name}/extension/{file.name}": file.read_bytes()
        for name, source in sources.items()
        for file in shim_files(source)
    }
    digest = hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()
    target = folder / "stand-ins" / digest[:16]
    if not target.exists():
        _copy(contents, target)
    found = [str(target / name) for name, source in sources.items() if source]
    return ":".join(["$system", *found])


def _copy(contents: dict[str, bytes], target: Path) -> None:
    """Write the files below *target*, in whose place others go."""
    import shutil  # rarely needed

    shutil.rmtree(target.parent, ignore_errors=True)
    half = target.with_suffix(".half")
    for name, content in contents.items():
        path = half / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    make_readable(target.parent)
    half.rename(target)
