"""TypedQuery <-> the committed analysis files, so that generated code can be checked without a server."""

from .files import Recorded, Types, query_file, schema_file, schema_path, users
from .packs import pack, unpack
from .queries import fingerprint

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
