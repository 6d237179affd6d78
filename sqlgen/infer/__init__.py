"""A description and the catalog -> a typed query: decides what the server's facts mean."""

from .columns.row_names import with_row_names
from .privileges import privilege_findings, unknown_role
from .schema_diff import SchemaDiff, diff_schemas
from .statement import query
from .tables import table_rows

__all__ = [
    "SchemaDiff",
    "diff_schemas",
    "privilege_findings",
    "query",
    "table_rows",
    "unknown_role",
    "with_row_names",
]
