"""The types of the shop."""

from decimal import Decimal
from typing import NewType

Money = NewType("Money", Decimal)


class States:
    """Another name than the one that the query has."""
