"""SourceFile -> QueryFile and Migration: reads SQL by its lexical rules, never by its grammar."""

from .migrations import migrations
from .queries import query_file
from .statements import statements

__all__ = ["migrations", "query_file", "statements"]
