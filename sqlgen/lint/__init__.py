"""Migrations -> warnings about risky statements; pure."""

from .linting import allowed, lint, lint_newest

__all__ = ["allowed", "lint", "lint_newest"]
