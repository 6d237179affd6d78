"""Python as data to the text of files."""

from .files import module

__all__ = ["module"]
