"""Migration -> a database that has the schema, and a ledger that says so."""

from .execute import execute

__all__ = ["execute"]
