"""Migrations -> one migration with the same result, proved on scratch databases."""

import difflib
import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath

import psycopg
from psycopg.rows import TupleRow

from ... import parse
from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.migration import SQUASH_MARKER, Migration, SquashedMigration
from ...model.source import SourceFile, Span
from ..adaptations.collations import replace_icu_collations
from ..adaptations.stand_ins import LOSSY, has_stand_in
from ..scripts.execute import execute
from .contents import contents
from .element_casts import with_casts_of_elements
from .snapshot import snapshot

Connection = psycopg.Connection[TupleRow]

# A dump of one database does not have them.
_OF_THE_SERVER = re.compile(
    r"(?:create|alter|drop)\s+(?:role|user(?!\s+mapping)|group|database|tablespace)\b"
    r"|alter\s+system\b",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"set\s|select\s+pg_catalog\.set_config\(|comment\s+on\s+extension\b",
    re.IGNORECASE,
)
"""Statements of a dump that are about psql's session, or about what the server has anyway."""
_PRIVILEGES = re.compile(r"(?:grant|revoke|alter\s+default\s+privileges)\b", re.I)
_RESTRICT = re.compile(r"^\\(?:un)?restrict [A-Za-z0-9]+\n", re.MULTILINE)

_BEFORE = """\
SET check_function_bodies = off;
SET search_path = '';
"""
_AFTER = """\
RESET search_path;
RESET check_function_bodies;
"""


@dataclass(frozen=True, slots=True)
class Squash:
    """The squashed migration's path and text, and the migrations that it replaces.

    `contents` says which tables have rows, and where sequences are.
    """

    path: str
    text: str
    migrations: tuple[Migration, ...]
    contents: tuple[str, ...]


def squash(
    migrations: Sequence[Migration],
    to: int,
    scratch: Callable[[], AbstractContextManager[Connection]],
    dump: Callable[[Connection], str],
    fit: Callable[[tuple[Migration, ...]], tuple[Migration, ...]] = lambda all_: all_,
) -> Squash:
    """Return the squash of the *migrations* up to version *to*.

    *scratch* gives an empty database, and *dump* what pg_dump writes of one, with rows as INSERT. *fit*
    returns migrations as they may run in a scratch database.
    Raises `SqlgenError` if the result of both is not the same, or cannot be.
    """
    squashed = tuple(m for m in migrations if m.version <= to)
    _check(squashed, to)
    with scratch() as connection:
        for migration in squashed:
            _check_collations(connection, migration)
            _check_stand_ins(connection, migration)
        for migration in fit(squashed):
            execute(connection, migration)
        before = _result(connection)
        rows = contents(connection)
        last = squashed[-1].up
        digits = PurePosixPath(last.path).name.partition("_")[0]
        path = str(PurePosixPath(last.path).with_name(f"{digits}_squashed.sql"))
        text = squashed_text(squashed, dump(connection), connection.info.user)
    source = SourceFile(path, text, hashlib.sha384(text.encode()).digest())
    with scratch() as connection:
        for migration in fit(parse.migrations([source])):
            execute(connection, migration)
        after = _result(connection)
    if before != after:
        diff = difflib.unified_diff(before, after, lineterm="", n=0)
        lines = [
            f"{d[0]} {d[1:]}" for d in diff if not d.startswith(("---", "+++", "@"))
        ]
        raise _refused(
            "\n".join(("the squashed migration would have another result", *lines)),
            "what has lines with `-` cannot be squashed: leave it in a migration of its own",
        )
    return Squash(path, text, squashed, rows)


def _result(connection: Connection) -> tuple[str, ...]:
    """Return the schema, with expressions as they are after a dump, and the rows."""
    schema = map(with_casts_of_elements, snapshot(connection))
    return (*schema, *contents(connection))


def squashed_text(migrations: Sequence[Migration], dump: str, user: str) -> str:
    """Return the text of the file: what it stands for, and the statements of *dump*.

    *user* is the role that has made the dump; in a real database another one has its place.
    """
    versions = [
        (one.version, one.checksum)
        for migration in migrations
        for one in (
            *migration.squashed,
            SquashedMigration(migration.version, migration.up.sha384),
        )
    ]
    head = [
        f"{SQUASH_MARKER}{migrations[-1].version}, squashed by `sqlgen migrate squash`.",
        "-- A database that has them is taken to have this one; do not edit the next lines.",
        *(f"-- sqlgen: squashes {version} {sha.hex()}" for version, sha in versions),
    ]
    script = _RESTRICT.sub("", dump)
    role = re.escape(user)
    of_user = re.compile(rf'\b(FROM|TO|FOR ROLE) (?:{role}|"{role}")(?![\w$])')
    statements = []
    for start, end in parse.statements(script):
        statement = script[start:end]
        if _DROPPED.match(statement):
            continue
        if _PRIVILEGES.match(statement):
            statement = of_user.sub(r"\1 CURRENT_USER", statement)
        statements.append(f"{statement.rstrip().removesuffix(';')};\n")
    return "\n".join(("\n".join(head) + "\n", _BEFORE, *statements, _AFTER))


def _check(migrations: Sequence[Migration], to: int) -> None:
    if not migrations or migrations[-1].version != to:
        raise SqlgenError(
            Diagnostic(
                code="unknown-version",
                message=f"there is no migration of version {to}",
                label=None,
                hint="name the last migration that all databases have",
            )
        )
    if len(migrations) == 1:
        raise _refused(
            f"{to} is the first migration: there is nothing to squash",
            "name a later one",
        )
    for migration in migrations:
        for start, end in parse.statements(migration.up.text):
            if _OF_THE_SERVER.match(migration.up.text, start, end):
                line = migration.up.text[start:end].partition("\n")[0]
                raise _refused(
                    "what is outside of the database cannot be squashed",
                    "squash only the migrations before this one",
                    Label(Span(migration.up, start, start + len(line))),
                )


def _check_collations(connection: Connection, migration: Migration) -> None:
    """Raise `SqlgenError` if the scratch database has another collation in place of ICU's."""
    if replace_icu_collations(connection, migration.up.text) != migration.up.text:
        raise _refused(
            "this server has no ICU, whose collations the migration creates",
            "set `server` to a server that has ICU",
            Label(Span(migration.up, 0, 0)),
        )


def _check_stand_ins(connection: Connection, migration: Migration) -> None:
    """Raise `SqlgenError` if a stand-in has done less than an extension does: the dump lacks the rest."""
    for extension in LOSSY:
        place = re.search(
            rf"\bcreate\s+extension\b[^;]*\b{extension}\b", migration.up.text, re.I
        )
        if place and has_stand_in(connection, extension):
            raise _refused(
                f"this server has a stand-in for {extension}, and no dump of it has what {extension} makes",
                f"set `server` to a server that has {extension}",
                Label(Span(migration.up, *place.span())),
            )


def _refused(message: str, hint: str, label: Label | None = None) -> SqlgenError:
    return SqlgenError(
        Diagnostic(code="squash-refused", message=message, label=label, hint=hint)
    )
