"""A server -> a scratch database on it, or one that has the migrations already; and the project's own development database."""

from . import development
from .scratch import answers, connected, connection, options, scratch
from .server import Server, given, ours, server
from .templates import migrated
from .test_databases import Step, copy
from .urls import url

__all__ = [
    "Server",
    "Step",
    "answers",
    "connected",
    "connection",
    "copy",
    "development",
    "given",
    "migrated",
    "options",
    "ours",
    "scratch",
    "server",
    "url",
]
