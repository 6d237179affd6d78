"""Python as data to the text of files."""

from .files import module
from .precompiled import names as template_names
from .precompiled import source as template_source
from .signatures import signature

__all__ = ["module", "signature", "template_names", "template_source"]
