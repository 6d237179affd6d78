"""Migrated databases for the tests of projects: a pytest plugin and what it is made of."""
