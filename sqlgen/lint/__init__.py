"""Migrations -> warnings about risky statements; pure."""

from .linting import MEASURED, allowed, lint, lint_newest

__all__ = ["MEASURED", "allowed", "lint", "lint_newest"]
