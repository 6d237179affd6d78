"""An analysed statement -> how many rows it gives, and whether its command fits."""

from .command_fit import command_error, copy_error, row_count_warning
from .row_count import cardinality
from .total_order import missing_keys

__all__ = [
    "cardinality",
    "command_error",
    "copy_error",
    "missing_keys",
    "row_count_warning",
]
