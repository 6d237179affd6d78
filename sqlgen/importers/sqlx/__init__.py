"""ForeignProject -> ImportedProject: projects of SQLx."""

from .project import read_project

__all__ = ["read_project"]
