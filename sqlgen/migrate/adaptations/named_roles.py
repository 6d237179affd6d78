"""Migrations -> the roles that they name and nobody creates, made on sqlgen's own server.

A production database has roles that its migrations do not create: `GRANT SELECT ON notes TO reporting`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import errors, sql
from psycopg.rows import TupleRow

from ... import parse
from ...model.migration import Migration
from .role_names import NAME, creations, scripts, unquoted

_LIST: Final = rf"((?:group\s+)?{NAME}(?:\s*,\s*(?:group\s+)?{NAME})*)"
_PLACES: Final = re.compile(
    rf"""\A(?:
          (?:grant|alter\s+default\s+privileges\b[^;]*?\bgrant)\b[^;]*?\sto\s+{_LIST}
        | (?:revoke|alter\s+default\s+privileges\b[^;]*?\brevoke)\b[^;]*?\sfrom\s+{_LIST}
        | alter\s[^;]*?\sowner\s+to\s+{_LIST}
        | create\s+schema\b[^;]*?\sauthorization\s+{_LIST}
        | set\s+(?:session\s+|local\s+)?(?:role|session\s+authorization)\s+{_LIST}
        | (?:create|alter)\s+policy\b[^;]*?\sto\s+{_LIST}
        )""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_MEMBERSHIP: Final = re.compile(rf"\Agrant\s+{_LIST}\s+to\b", re.IGNORECASE)
_OF_DEFAULTS: Final = re.compile(
    rf"\Aalter\s+default\s+privileges\s+for\s+(?:role|user)\s+{_LIST}", re.IGNORECASE
)
_WORD: Final = re.compile(rf"(?:group\s+)?{NAME}", re.IGNORECASE)
_NO_NAMES: Final = frozenset(
    {"public", "current_user", "session_user", "current_role", "none", "default"}
)
_LONGEST: Final = 4_000
"""Characters of a statement that are looked at: a policy's condition may be long."""


def make_named_roles(
    connection: psycopg.Connection[TupleRow], migrations: Sequence[Migration]
) -> None:
    """Make the roles, without login, that *migrations* name, do not create, and that are missing."""
    texts = [text for migration in migrations for text in scripts(migration)]
    created = {name for text in texts for name in creations(text)}
    named = {name for text in texts for name in _named(text)} - created
    if not named:
        return
    for name in sorted(named):
        create = sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name))
        with suppress(
            errors.DuplicateObject, errors.UniqueViolation, errors.ReservedName
        ):
            connection.execute(create)


def _named(text: str) -> Iterator[str]:
    if not re.search(
        r"\b(?:grant|revoke|owner|authorization|role|policy)\b", text, re.I
    ):
        return
    for start, end in parse.statements(text):
        statement = text[start : min(end, start + _LONGEST)]
        for pattern in (_PLACES, _OF_MEMBERSHIP, _OF_DEFAULTS):
            match = pattern.match(statement)
            listed = next(filter(None, match.groups()), "") if match else ""
            for word in _WORD.finditer(listed):
                if word[1].lower() not in _NO_NAMES and word[1][0] != "'":
                    yield unquoted(word[1])
