"""Query, connection -> Description, Catalog: what PostgreSQL itself says, as plain facts."""

from typing import TYPE_CHECKING, Any

from .answers import answer, answers
from .configured_names import unknown_names
from .definitions import definitions
from .documented_schema import documented_schema
from .privileges import privileges
from .statements import queries
from .typed_routines import typed_routines
from .wire import NoSuchDatabaseError, WireConnection

if TYPE_CHECKING:
    from .system_catalog import catalog

__all__ = [
    "NoSuchDatabaseError",
    "WireConnection",
    "answer",
    "answers",
    "catalog",
    "definitions",
    "documented_schema",
    "privileges",
    "queries",
    "typed_routines",
    "unknown_names",
]


def __getattr__(name: str) -> Any:
    """`catalog`, imported when it is asked for: it needs psycopg."""
    if name != "catalog":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .system_catalog import catalog

    return catalog
