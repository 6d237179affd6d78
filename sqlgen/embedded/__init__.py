"""PostgreSQL's programs -> a server that sqlgen starts and stops itself, without psycopg."""

from .cluster import SUPERUSER
from .server import (
    SCHEMA_DATABASE_PREFIX,
    EmbeddedServer,
    find_binaries,
    run,
    schema_database_name,
    start,
)

__all__ = [
    "SCHEMA_DATABASE_PREFIX",
    "SUPERUSER",
    "EmbeddedServer",
    "find_binaries",
    "run",
    "schema_database_name",
    "start",
]
