"""A server -> a database on it that has the project's schema."""

from . import development
from .live_schema import dumped_schema
from .migrated_databases import migrated
from .pg_dump import dump
from .schema_command import run_schema_command
from .scratch import (
    connect,
    is_reachable,
    maintenance_connection,
    scratch,
    session_options,
)
from .scratch_roles import make_roles
from .server import Server, embedded_server, external_server, server
from .urls import url

__all__ = [
    "Server",
    "connect",
    "development",
    "dump",
    "dumped_schema",
    "embedded_server",
    "external_server",
    "is_reachable",
    "maintenance_connection",
    "make_roles",
    "migrated",
    "run_schema_command",
    "scratch",
    "server",
    "session_options",
    "url",
]
