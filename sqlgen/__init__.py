"""sqlgen: typed Python functions from named SQL queries, proved by PostgreSQL.

The rooms, from the outside in, and the stages in the order in which data passes them:

    cli         arguments -> text and an exit status
    testing     a project -> a migrated database for each test
    plans       a project -> the conditions of its queries that no index serves
    impact      a project, a deployed revision -> what breaks if one goes first
    risk        Migration -> what keeps queries waiting while it runs
    doctor      a database -> what it means for migrations and generated code
    importers   a project of another tool -> query files
    lsp         an editor's messages -> diagnostics, hovers, edits
    build       puts the stages together: a project -> the changes to its generated files
    migrate     Migration -> a database that has the schema
    lint        Migration -> warnings
    read        disk -> SourceFile, Config
    parse       SourceFile -> Query, Migration
    embedded    PostgreSQL's programs -> a server of our own
    conninfo    connection string -> its parameters, text without its password
    database    a server -> databases that have the schema
    describe    session -> Description, Catalog
    explain     statements -> their plans, and what no index serves in them
    infer       Description, Catalog -> TypedQuery
    translate   TypedQuery -> Module
    render      Module -> GeneratedFile
    pages       Documentation -> HTML pages
    lockfile    TypedQuery <-> the committed analysis
    cache       key -> bytes in the user's cache directory
    write       GeneratedFile -> Change -> disk
    report      Diagnostic -> text
    model       the data that travels between the rooms

`docs/architecture.md` tells more.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model.diagnostic import Diagnostic, SqlgenError

__all__ = ["Diagnostic", "SqlgenError"]


def __getattr__(name: str) -> Any:
    """Return a class of the public ones, imported when it is first used: pytest imports this package at each start."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .model import diagnostic

    return getattr(diagnostic, name)
