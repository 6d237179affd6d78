"""Migrated databases for the tests of projects: a pytest plugin and what it is made of."""

from .plugin import database_fixture

__all__ = ["database_fixture"]
