"""Keys that cannot be confused."""

from typing import NewType

PatientId = NewType("PatientId", int)
