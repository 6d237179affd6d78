"""A server -> a scratch database on it, or one that has the migrations already; and the project's own development database."""

from . import development
from .copies import Step, copy
from .scratch import answers, connection, options, quoted, scratch
from .server import Server, server
from .templates import PREFIX as TEMPLATES
from .templates import migrated
from .urls import url

__all__ = [
    "TEMPLATES",
    "Server",
    "Step",
    "answers",
    "connection",
    "copy",
    "development",
    "migrated",
    "options",
    "quoted",
    "scratch",
    "server",
    "url",
]
