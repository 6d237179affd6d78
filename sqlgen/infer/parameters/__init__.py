"""An analysed statement -> the names and nullability of its parameters."""

from .sort_parameters import sort_warnings
from .typed_parameters import typed_parameters

__all__ = ["sort_warnings", "typed_parameters"]
