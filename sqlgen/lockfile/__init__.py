"""TypedQuery <-> the committed analysis files, so that generated code can be checked without a server."""

from .files import Recorded, Types, query_file, schema_file, schema_path, users
from .fingerprints import fingerprint
from .packs import pack, unpack

__all__ = [
    "Recorded",
    "Types",
    "fingerprint",
    "pack",
    "query_file",
    "schema_file",
    "schema_path",
    "unpack",
    "users",
]
