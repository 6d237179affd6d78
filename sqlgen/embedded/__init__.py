"""A PostgreSQL of our own: its programs, its files, its process. Nothing here knows psycopg."""

from .cluster import SUPERUSER as USER
from .server import TEMPLATES, Running, best, running, starting, template_name

__all__ = [
    "TEMPLATES",
    "USER",
    "Running",
    "best",
    "running",
    "starting",
    "template_name",
]
