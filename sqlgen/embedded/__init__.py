"""PostgreSQL's programs -> a server that sqlgen starts and stops itself, without psycopg."""

from .clusters.initdb import SUPERUSER
from .running_server import EmbeddedServer
from .server import (
    SCHEMA_DATABASE_PREFIX,
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
