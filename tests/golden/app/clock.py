"""A moment, as its own type."""

from datetime import datetime
from typing import NewType

Instant = NewType("Instant", datetime)
