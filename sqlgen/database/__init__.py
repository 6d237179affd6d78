"""A server -> a database on it that has the project's schema."""

from . import development
from .migrated_databases import migrated
from .scratch import (
    connect,
    is_reachable,
    maintenance_connection,
    scratch,
    session_options,
)
from .server import Server, embedded_server, external_server, server
from .urls import url

__all__ = [
    "Server",
    "connect",
    "development",
    "embedded_server",
    "external_server",
    "is_reachable",
    "maintenance_connection",
    "migrated",
    "scratch",
    "server",
    "session_options",
    "url",
]
