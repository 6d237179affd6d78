"""TypedQuery <-> the committed analysis files, so that generated code can be checked without a server."""

from .files import Locked, files, load, schema_path, users
from .fingerprints import fingerprint
from .packs import pack, unpack

__all__ = [
    "Locked",
    "files",
    "fingerprint",
    "load",
    "pack",
    "schema_path",
    "unpack",
    "users",
]
