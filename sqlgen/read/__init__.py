"""The only reader of project files."""

from .configuration import config
from .files import generated, source, sources

__all__ = ["config", "generated", "source", "sources"]
