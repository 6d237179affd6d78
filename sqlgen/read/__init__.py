"""disk -> SourceFile, Config: the only reader of project files."""

from .configuration import config
from .files import generated, migrations, queries, source, sources, templates
from .unknown_names import unknown_name_warnings

__all__ = [
    "config",
    "generated",
    "migrations",
    "queries",
    "source",
    "sources",
    "templates",
    "unknown_name_warnings",
]
