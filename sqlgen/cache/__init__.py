"""key -> bytes: results of earlier runs in the user's cache directory, safe to delete at any time."""

from .keys import (
    catalog_key,
    documented_schema_key,
    embedded_server,
    index_services_key,
    latest_schema_key,
    migration_chain,
    project_key,
    schema_key,
    tables_key,
    typed_routines_key,
    unknown_names_key,
)
from .lazy_mapping import LazyMapping
from .store import Store, open_store

__all__ = [
    "LazyMapping",
    "Store",
    "catalog_key",
    "documented_schema_key",
    "embedded_server",
    "index_services_key",
    "latest_schema_key",
    "migration_chain",
    "open_store",
    "project_key",
    "schema_key",
    "tables_key",
    "typed_routines_key",
    "unknown_names_key",
]
