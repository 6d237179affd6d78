"""The only reader of project files."""

from .configuration import config
from .files import generated, sources

__all__ = ["config", "generated", "sources"]
