"""SQL's world to Python's: names, types, modules."""

from .annotations import Annotations, annotations
from .claims import Claims
from .modules import Place, places
from .package import context_of, module, package, shared_files
from .queries import Context
from .shared import Mentions, mentions, together

__all__ = [
    "Annotations",
    "Claims",
    "Context",
    "Mentions",
    "Place",
    "annotations",
    "context_of",
    "mentions",
    "module",
    "package",
    "places",
    "shared_files",
    "together",
]
