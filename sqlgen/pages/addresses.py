"""Names of tables, types, queries and modules -> the files of their pages, and the ids of places in a page.

Names may have any characters. Those of files have only small letters, digits, `_`, `-` and `.`, so that
they are the same on every file system, and stand in an address as they are.
"""

import hashlib
import re
from typing import Final

from ..model.documentation import DocumentedQuery, DocumentedRoutine, RelationName

OVERVIEW: Final = "index.html"
PICTURE: Final = "picture.html"
STYLE: Final = "assets/style.css"
SCRIPT: Final = "assets/site.js"
THEME: Final = "assets/theme.js"
SEARCH: Final = "assets/search.js"

_PLAIN: Final = re.compile(r"[a-z0-9_]+")
_OTHER: Final = re.compile(r"[^a-z0-9_]+")
_LONGEST: Final = 120
"""The length of a name that is taken as it is; that of a file may have 255 bytes."""


def slug(*parts: str) -> str:
    """Return a name for *parts* that no other parts have: themselves, or with a digest where they are not plain."""
    plain = ".".join(parts)
    if len(plain) <= _LONGEST and all(map(_PLAIN.fullmatch, parts)):
        return plain
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    readable = _OTHER.sub("-", plain.lower())[:60].strip("-")
    return f"{readable}-{digest.hexdigest()[:12]}"


def table_page(name: RelationName) -> str:
    """Return the page of a table or view."""
    return f"tables/{slug(*name)}.html"


def type_page(name: RelationName) -> str:
    """Return the page of a type."""
    return f"types/{slug(*name)}.html"


def routine_page(routine: DocumentedRoutine, *, is_overloaded: bool) -> str:
    """Return the page of a function or procedure; others may have its name, if it is overloaded."""
    parts = (*routine.key, routine.identity) if is_overloaded else routine.key
    return f"routines/{slug(*parts)}.html"


def query_page(query: DocumentedQuery) -> str:
    """Return the page of a query."""
    return f"queries/{slug(*query.module.split('.'), query.name)}.html"


def module_place(module: str) -> str:
    """Return the id of a module on the overview."""
    return f"module-{slug(*module.split('.'))}"


def schema_place(schema: str) -> str:
    """Return the id of a schema on the overview, and on the page of the picture."""
    return f"schema-{slug(schema)}"
