"""ForeignProject -> ImportedProject: projects of sqlc."""

from .project import read_project

__all__ = ["read_project"]
