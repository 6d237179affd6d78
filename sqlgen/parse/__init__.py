"""SourceFile -> QueryFile and Migration: reads SQL by its lexical rules, never by its grammar."""

from .migrations import migrations
from .queries import query_file
from .recorded_text import agrees_with_text
from .statements import statements

__all__ = ["agrees_with_text", "migrations", "query_file", "statements"]
