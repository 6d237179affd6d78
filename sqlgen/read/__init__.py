"""disk -> SourceFile, Config: the only reader of project files."""

from .configuration import config
from .files import (
    check_folder,
    generated,
    migrations,
    queries,
    source,
    sources,
    templates,
)
from .schema_files import foreign_files, schema, watched_paths
from .unknown_names import unknown_name_warnings

__all__ = [
    "check_folder",
    "config",
    "foreign_files",
    "generated",
    "migrations",
    "queries",
    "schema",
    "source",
    "sources",
    "templates",
    "unknown_name_warnings",
    "watched_paths",
]
