"""A server -> a scratch database on it; and the project's own development database."""

from . import development
from .scratch import scratch
from .server import Server, server

__all__ = ["Server", "development", "scratch", "server"]
