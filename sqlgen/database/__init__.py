"""A server -> a scratch database on it; and the project's own development database."""

from . import development
from .copies import copy
from .scratch import scratch
from .server import Server, server
from .urls import url

__all__ = ["Server", "copy", "development", "scratch", "server", "url"]
