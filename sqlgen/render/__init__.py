"""Python as data to the text of files."""

from .files import module
from .precompiled import names as template_names
from .precompiled import source as template_source

__all__ = ["module", "template_names", "template_source"]
