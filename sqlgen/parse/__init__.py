"""SourceFile -> QueryFile and Migration: reads SQL by its lexical rules, never by its grammar."""

from .class_references import class_references, paths_in
from .foreign_folders import foreign_migrations, foreign_warnings, tool_of
from .foreign_tools import PLAIN_TOOLS
from .lexer import tokens
from .migrations import migrations
from .module_names import module_names
from .names import parameter_name, pascal_case, singular, snake_case
from .psql import copied_rows, is_dump, is_psql_script
from .queries import query_file, readable_queries
from .recorded_text import agrees_with_text
from .routine_queries import FOLDER as ROUTINES_FOLDER
from .routine_queries import routine_at, routine_files
from .statements import refuse_psql_commands, statements
from .touched import touched_relations, touched_routines

__all__ = [
    "PLAIN_TOOLS",
    "ROUTINES_FOLDER",
    "agrees_with_text",
    "class_references",
    "copied_rows",
    "foreign_migrations",
    "foreign_warnings",
    "is_dump",
    "is_psql_script",
    "migrations",
    "module_names",
    "parameter_name",
    "pascal_case",
    "paths_in",
    "query_file",
    "readable_queries",
    "refuse_psql_commands",
    "routine_at",
    "routine_files",
    "singular",
    "snake_case",
    "statements",
    "tokens",
    "tool_of",
    "touched_relations",
    "touched_routines",
]
