"""Databases for the test suites of projects: a pytest plugin."""
