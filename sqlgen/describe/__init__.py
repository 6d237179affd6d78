"""Query, connection -> Description, Catalog: what PostgreSQL itself says, as plain facts."""

from typing import TYPE_CHECKING, Any

from .names import unknown_names
from .statements import queries
from .wire import NoSuchDatabaseError, Wire

if TYPE_CHECKING:
    from .schema import catalog

__all__ = [
    "NoSuchDatabaseError",
    "Wire",
    "catalog",
    "queries",
    "unknown_names",
]


def __getattr__(name: str) -> Any:
    """`catalog`, imported when it is asked for: it needs psycopg."""
    if name != "catalog":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .schema import catalog

    return catalog
