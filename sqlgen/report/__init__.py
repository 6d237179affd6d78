"""Diagnostic -> text for people, JSON, and workflow commands of GitHub Actions."""

from .machine_readable import document, github, json
from .printable import printable
from .terminal import text

__all__ = ["document", "github", "json", "printable", "text"]
