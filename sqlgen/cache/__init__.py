"""What earlier runs found out, in the user's cache directory: by key, safe to delete at any time."""

from .keys import catalog, chain, embedded, latest, names, project, schema
from .lazy_mapping import Lazy
from .store import Store, store

__all__ = [
    "Lazy",
    "Store",
    "catalog",
    "chain",
    "embedded",
    "latest",
    "names",
    "project",
    "schema",
    "store",
]
