"""disk -> SourceFile, Config: the only reader of project files."""

from .configuration import config
from .files import (
    check_folder,
    generated,
    migrations,
    queries,
    source,
    source_of,
    sources,
    templates,
)
from .foreign_project import ForeignProject
from .outside_output import check_output, may_write_output
from .python_modules import is_python_module, python_modules
from .schema_files import foreign_files, schema, watched_paths
from .unknown_names import setting_label, unknown_name_warnings

__all__ = [
    "ForeignProject",
    "check_folder",
    "check_output",
    "config",
    "foreign_files",
    "generated",
    "is_python_module",
    "may_write_output",
    "migrations",
    "python_modules",
    "queries",
    "schema",
    "setting_label",
    "source",
    "source_of",
    "sources",
    "templates",
    "unknown_name_warnings",
    "watched_paths",
]
