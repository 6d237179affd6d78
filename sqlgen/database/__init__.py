"""A server -> a scratch database on it."""

from .scratch import scratch, settle
from .server import Server, server

__all__ = ["Server", "scratch", "server", "settle"]
