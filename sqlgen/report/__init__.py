"""Diagnostic -> text for people, JSON, and workflow commands of GitHub Actions."""

from .machine_readable import github, json, json_text
from .printable import printable
from .terminal import text

__all__ = ["github", "json", "json_text", "printable", "text"]
