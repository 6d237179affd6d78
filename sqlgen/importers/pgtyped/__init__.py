"""ForeignProject -> ImportedProject: projects of PgTyped."""

from .project import read_project

__all__ = ["read_project"]
