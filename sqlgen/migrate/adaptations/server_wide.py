"""Migrations -> the same, fit for a server that has other databases and lacks production's roles.

Roles, databases, tablespaces and `ALTER SYSTEM` are the whole server's. On a given server, others
would notice: a role that is there is taken for the one that a migration creates, one that is
missing is made for as long as a scratch database needs it, and everything else of the kind is left
out. On sqlgen's own server, roles that migrations name are made. No type depends on any of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from ... import parse
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.migration import Migration
from ...model.source import SourceFile, Span
from .blanks import blanked
from .named_roles import make_named_roles
from .role_names import (
    CREATE_ROLE,
    NAME,
    creation_spans,
    creations,
    scripts,
    unquoted,
)

_NAMES: Final = rf"{NAME}(?:\s*,\s*{NAME})*"
_ALTER_ROLE: Final = re.compile(
    rf"(?:alter|comment\s+on)\s+(?:role|user|group)\s+(?!mapping\b){NAME}",
    re.IGNORECASE,
)
_MEMBERSHIP: Final = re.compile(
    rf"(?:grant|revoke(?:\s+\w+\s+option\s+for)?)\s+(?P<roles>{_NAMES})\s+(?:to|from)\s+(?P<members>{_NAMES})",
    re.IGNORECASE,
)
_LEFT_OUT: Final = re.compile(
    r"""(?: (?:create|alter|drop|comment\s+on) \s+ (?:database|tablespace)
        | drop\s+(?:role|user|group)\s+(?!mapping\b)
        | (?:drop|reassign)\s+owned
        | alter\s+system
        | (?:grant|revoke)\s[^;]*?\son\s+(?:database|tablespace|parameter)
        )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_DATABASE: Final = re.compile(
    rf"(?:(?:grant|revoke)\s[^;]*?\son|alter|comment\s+on)\s+database\s+{NAME}",
    re.IGNORECASE,
)
_MAY_BE_SERVER_WIDE: Final = re.compile(
    r"\b(?:role|user|group|database|tablespace|system|owned|grant|revoke|parameter)\b",
    re.IGNORECASE,
)

Connection = psycopg.Connection[TupleRow]
MakeRoles = Callable[
    [Connection, Mapping[str, str]], tuple[frozenset[str], frozenset[str]]
]
"""Makes roles that are missing, given the statement for each; see `database.make_roles`."""

IsLeftOut = Callable[[str, int, int], bool]
"""Returns whether the statement at the start and end in a text is to be left out."""


def fit_for_server(
    connection: Connection,
    migrations: Sequence[Migration],
    make_roles: MakeRoles | None,
    note: Callable[[Diagnostic], None] = lambda _: None,
) -> tuple[Migration, ...]:
    """Return *migrations* as they may run in a scratch database of a server, which is there already.

    *connection* is to the server's maintenance database. *make_roles* makes roles for scratch
    databases of a given server; it is `None` on sqlgen's own. *note* is told of each role that is taken
    for one that a migration creates.
    """
    if make_roles is None:
        return fit_for_own_server(connection, migrations)
    return _fit_for_given_server(connection, migrations, make_roles, note)


def fit_for_own_server(
    connection: Connection, migrations: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Return *migrations* without privileges and settings of databases that are not there.

    Makes the roles, without login, that they name and do not create. *connection* is to any database of
    the server.
    """
    make_named_roles(connection, migrations)
    rows = connection.execute(
        "SELECT datname::pg_catalog.text FROM pg_catalog.pg_database"
    ).fetchall()
    databases = {name for (name,) in rows}

    def is_left_out(text: str, start: int, end: int) -> bool:
        match = _OF_DATABASE.match(text, start, end)
        return match is not None and unquoted(match[1]) not in databases

    return _without(migrations, is_left_out)


def _fit_for_given_server(
    connection: Connection,
    migrations: Sequence[Migration],
    make_roles: MakeRoles,
    note: Callable[[Diagnostic], None],
) -> tuple[Migration, ...]:
    statements: dict[str, str] = {}
    for migration in migrations:
        for text in scripts(migration):
            statements = creations(text) | statements
    present, made = make_roles(connection, statements)
    for migration in migrations:
        for span, role in creation_spans(migration.up):
            if role in present - made:
                note(_existing_role(span, role))
    return _without(migrations, partial(is_server_wide, present, made))


def _existing_role(span: Span, role: str) -> Diagnostic:
    return Diagnostic(
        code="existing-role",
        message=f"the role `{role}` is on this server already, and is taken for the one created here",
        label=Label(span),
        hint="what migrations set of it is left out; its own settings count",
        severity=Severity.NOTE,
    )


def _without(
    migrations: Sequence[Migration], is_left_out: IsLeftOut
) -> tuple[Migration, ...]:
    """Return *migrations* with blanks in place of the statements to leave out."""

    def fitted(source: SourceFile) -> SourceFile:
        text = without_statements(source.text, is_left_out)
        return source if text == source.text else replace(source, text=text)

    return tuple(
        replace(m, up=fitted(m.up), down=m.down and fitted(m.down)) for m in migrations
    )


def without_statements(text: str, is_left_out: IsLeftOut) -> str:
    """Return *text* with blanks in place of the statements to leave out."""
    if not _MAY_BE_SERVER_WIDE.search(text):
        return text
    return blanked(
        text, [span for span in parse.statements(text) if is_left_out(text, *span)]
    )


def is_server_wide(
    present: frozenset[str], made: frozenset[str], text: str, start: int, end: int
) -> bool:
    """Return whether a statement is about the whole server, and no role of sqlgen's own.

    Of the roles *present*, sqlgen has made those of *made*; the others belong to somebody else.
    """
    if match := CREATE_ROLE.match(text, start, end):
        return unquoted(match[1]) in present
    if match := _ALTER_ROLE.match(text, start, end):
        return unquoted(match[1]) not in made
    if (match := _MEMBERSHIP.match(text, start, end)) and not re.search(
        r"\bon\b", match["roles"], re.IGNORECASE
    ):
        named = re.findall(NAME, f"{match['roles']}, {match['members']}")
        return not {unquoted(name) for name in named} <= made
    return _LEFT_OUT.match(text, start, end) is not None
