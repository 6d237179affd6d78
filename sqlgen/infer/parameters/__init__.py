"""An analysed statement -> the names and nullability of its parameters."""

from .typed_parameters import typed_parameters

__all__ = ["typed_parameters"]
