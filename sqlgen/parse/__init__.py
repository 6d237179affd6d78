"""Query files and migrations, by PostgreSQL's lexical rules; never its grammar."""

from .migrations import migrations
from .queries import query_file
from .statements import statements

__all__ = ["migrations", "query_file", "statements"]
