"""Diagnostics as text for people, as JSON, and for GitHub's actions."""

from .machine_readable import github, json
from .terminal import text

__all__ = ["github", "json", "text"]
