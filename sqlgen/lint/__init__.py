"""Migrations -> warnings about risky statements; pure."""

from .linting import MEASURED, allowed, empty_migrations, lint, lint_newest

__all__ = ["MEASURED", "allowed", "empty_migrations", "lint", "lint_newest"]
