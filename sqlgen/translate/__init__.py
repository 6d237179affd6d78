"""SQL's world to Python's: names, types, modules."""

from .annotations import Annotations, annotations
from .package import package

__all__ = ["Annotations", "annotations", "package"]
