"""SQL's world to Python's: names, types, modules."""

from .package import package

__all__ = ["package"]
