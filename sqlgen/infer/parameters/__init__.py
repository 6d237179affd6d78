"""An analysed statement -> the names and nullability of its parameters."""

from .misread_parameters import misread_warnings
from .sort_parameters import sort_warnings
from .typed_parameters import typed_parameters

__all__ = ["misread_warnings", "sort_warnings", "typed_parameters"]
