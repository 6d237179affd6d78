"""The only reader of project files."""

from .configuration import config
from .files import generated, source, sources
from .unknown_names import misnamed

__all__ = ["config", "generated", "misnamed", "source", "sources"]
