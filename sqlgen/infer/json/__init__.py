"""An analysed statement -> the shapes of its JSON columns."""

from .shapes import column_shapes
from .types import is_json

__all__ = ["column_shapes", "is_json"]
