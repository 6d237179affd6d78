"""Migrations -> warnings about what is likely to hurt."""

from .rules import allowed, lint, lint_newest

__all__ = ["allowed", "lint", "lint_newest"]
