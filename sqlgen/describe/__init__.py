"""Query, connection -> Description, Catalog: what PostgreSQL itself says, as plain facts."""

from .names import unknown_names
from .schema import catalog
from .statements import queries

__all__ = ["catalog", "queries", "unknown_names"]
