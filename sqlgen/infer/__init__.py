"""Description, Catalog -> TypedQuery: decides what the server's facts mean."""

from .changes import Changes, changes
from .statement import query

__all__ = ["Changes", "changes", "query"]
