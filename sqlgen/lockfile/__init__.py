"""TypedQuery <-> the committed lockfile, against which a check needs no server."""

from .files import (
    Lockfile,
    TypeTable,
    column_users,
    query_file,
    schema_file,
    schema_path,
)
from .fingerprints import fingerprint
from .packs import pack, unpack

__all__ = [
    "Lockfile",
    "TypeTable",
    "column_users",
    "fingerprint",
    "pack",
    "query_file",
    "schema_file",
    "schema_path",
    "unpack",
]
