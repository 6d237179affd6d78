"""What a server is, told without starting it: a fingerprint that caches are keyed by."""

import hashlib
from pathlib import Path

from ..model.extension_shims import shim_files
from .extension_shims import BUNDLED


def server_fingerprint(folder: Path, extensions: Path | None) -> str:
    """Of the programs in *folder*, what is installed beside them, and the stand-ins for extensions.

    An upgrade changes the programs' times, and an extension that is installed those of the folders
    (`SHAREDIR/extension` where it is found: as in the wheel, or as Debian has it).
    """
    digest = hashlib.sha256(str(folder).encode())
    share = folder.parent / "share"
    debian = Path("/usr/share/postgresql") / folder.parent.name
    for path in (
        folder / "postgres",
        *(place / "extension" for place in (share, share / "postgresql", debian)),
    ):
        if path.exists():
            status = path.stat()
            digest.update(
                repr((str(path), status.st_mtime_ns, status.st_size)).encode()
            )
    for place in (BUNDLED, extensions):
        for file in shim_files(place):
            digest.update(f"\n{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()
