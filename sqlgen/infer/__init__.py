"""Description, Catalog -> TypedQuery: decides what the server's facts mean."""

from .schema_diff import Changes, changes
from .statement import query

__all__ = ["Changes", "changes", "query"]
