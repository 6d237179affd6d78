"""TypedQuery <-> the committed lockfile, against which a check needs no server."""

from .files import (
    Lockfile,
    TypeTable,
    column_users,
    lock_path,
    query_file,
    schema_file,
    schema_path,
    unreadable_lock,
)
from .fingerprints import fingerprint
from .packs import pack, unpack

__all__ = [
    "Lockfile",
    "TypeTable",
    "column_users",
    "fingerprint",
    "lock_path",
    "pack",
    "query_file",
    "schema_file",
    "schema_path",
    "unpack",
    "unreadable_lock",
]
