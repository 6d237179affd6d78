"""SQL's world to Python's: names, types, modules."""

from .annotations import Annotations, annotations
from .modules import context_of, module, package, shared_files
from .places import Place, places
from .queries import Context
from .shared.references import Mentions, mentions, together
from .shared.requirements import Claims

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
