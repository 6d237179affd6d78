"""GeneratedFile -> Change -> disk: the only writer of project files."""

from .apply import apply, current_text
from .changes import changes, is_lockfile
from .diff import diff
from .digests import digest, digests, is_current, verify_syntax
from .journal import finish_interrupted, is_temporary
from .pages import existing_pages
from .scaffold import OWN_MIGRATIONS, first_configuration, scaffold
from .table_queries import Draft, TableNames, table_queries

__all__ = [
    "OWN_MIGRATIONS",
    "Draft",
    "TableNames",
    "apply",
    "changes",
    "current_text",
    "diff",
    "digest",
    "digests",
    "existing_pages",
    "finish_interrupted",
    "first_configuration",
    "is_current",
    "is_lockfile",
    "is_temporary",
    "scaffold",
    "table_queries",
    "verify_syntax",
]
