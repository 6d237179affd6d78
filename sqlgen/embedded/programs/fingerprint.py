"""A server's programs and extensions -> a fingerprint for the keys of caches."""

import hashlib
from pathlib import Path

from ...model.extension_shims import shim_files
from .extension_shims import BUNDLED


def server_fingerprint(folder: Path, extensions: Path | None) -> str:
    """Return a fingerprint of the programs in *folder*, their extensions, and the extension shims.

    The server need not run. An upgrade changes the modification time of the programs, and an
    installed extension that of the folder `SHAREDIR/extension`, of the wheel or of Debian.
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
