"""A description and the catalog -> a typed query: decides what the server's facts mean."""

from .schema_diff import SchemaDiff, diff_schemas
from .statement import query
from .tables import table_rows

__all__ = ["SchemaDiff", "diff_schemas", "query", "table_rows"]
