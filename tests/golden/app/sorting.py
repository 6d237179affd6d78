"""The orders of a list, as its own type."""

from enum import Enum


class Sort(Enum):
    NAME = "name"
    NOTE = "note"
