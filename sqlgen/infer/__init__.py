"""A description and the catalog -> a typed query: decides what the server's facts mean."""

from .columns.row_names import with_row_names
from .object_uses import ObjectUses, RelationUse, object_uses
from .privileges import privilege_findings, unknown_role
from .schema_diff import SchemaDiff, diff_schemas
from .statement import query
from .tables import table_rows

__all__ = [
    "ObjectUses",
    "RelationUse",
    "SchemaDiff",
    "diff_schemas",
    "object_uses",
    "privilege_findings",
    "query",
    "table_rows",
    "unknown_role",
    "with_row_names",
]
