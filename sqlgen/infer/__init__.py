"""Description, Catalog -> TypedQuery: decides what the server's facts mean."""

from .statement import query

__all__ = ["query"]
