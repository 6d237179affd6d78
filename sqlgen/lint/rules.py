"""Migrations -> warnings about what is likely to hurt; pure.

Only the shape of statements is looked at, by the lexer. A rule that could be wrong about a good
migration says nothing: people soon stop to read what cries wolf.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.migration import Migration
from ..model.source import SourceFile, Span
from ..parse.directives import allowed_warnings
from ..parse.lexer import delimiters
from .shapes import Statement, read

CODES: Final = (
    "missing-down-file",
    "several-changes",
    "blocking-index",
    "not-null-without-default",
    "column-type-change",
    "dropped-column-in-use",
    "down-does-not-restore",
    "transaction-control",
)
"""What `-- sqlgen: allow CODE` may name."""

Users = Mapping[tuple[str, str], Sequence[str]]
"""The queries that read or write a column, by its table and its name."""

_NOBODY: Final[Users] = MappingProxyType({})


def lint(
    migrations: Sequence[Migration], users: Users = _NOBODY
) -> tuple[Diagnostic, ...]:
    """The warnings about *migrations*, in their order.

    *users* are those of the last build, before the newest migration was written.
    """
    reversible = any(migration.down for migration in migrations)
    tables: set[str] = set()
    found: list[Diagnostic] = []
    for number, migration in enumerate(migrations):
        statements = read(migration.up.text)
        found += _of_one(
            migration,
            statements,
            tables,
            reversible,
            first=not number,
            users=users if migration is migrations[-1] else _NOBODY,
        )
        for statement in statements:
            tables -= statement.drops_tables
            tables |= statement.creates_tables
    return tuple(found)


def lint_newest(migrations: Sequence[Migration]) -> tuple[Diagnostic, ...]:
    """The warnings about the last one: the one that is being written, and may still be changed.

    The earlier ones are read only as far as that takes.
    """
    if not migrations:
        return ()
    *earlier, newest = migrations
    statements = read(newest.up.text)
    concerned = {table for s in statements for table in (s.indexed, s.altered) if table}
    tables: set[str] = set()
    for migration in earlier if concerned else ():
        text = migration.up.text.lower()
        if "table" not in text or not any(name.lower() in text for name in concerned):
            continue
        for statement in read(migration.up.text):
            tables -= statement.drops_tables
            tables |= statement.creates_tables
    reversible = any(migration.down for migration in migrations)
    return _of_one(newest, statements, tables, reversible, first=not earlier)


def allowed(source: SourceFile) -> frozenset[str]:
    """Return the codes that the file's comments `-- sqlgen: allow CODE[, CODE]` switch off."""
    return _allowed(source)[0]


def _allowed(
    source: SourceFile | None,
) -> tuple[frozenset[str], tuple[Diagnostic, ...]]:
    """Return the codes that a file allows, and the errors in its directives."""
    if source is None or "sqlgen:" not in source.text:
        return frozenset(), ()
    return allowed_warnings(source, delimiters(source.text), CODES)


def _of_one(
    migration: Migration,
    statements: Sequence[Statement],
    tables: set[str],
    reversible: bool,
    *,
    first: bool,
    users: Users = _NOBODY,
) -> tuple[Diagnostic, ...]:
    silenced, errors = _allowed(migration.up)
    warnings = (
        *(_missing(migration) if reversible else ()),
        *(() if first else _several(migration, statements)),
        *_existing(migration, statements, tables),
        *_in_use(migration.up, statements, users),
        *(_transactions(migration.up, statements) if migration.transactional else ()),
    )
    errors += _allowed(migration.down)[1]
    return *errors, *(w for w in warnings if w.code not in silenced)


def _missing(migration: Migration) -> Iterator[Diagnostic]:
    if migration.down is None:
        yield _warning(
            "missing-down-file",
            f"migration {migration.version} (`{migration.description}`) has no down file",
            Span(migration.up, 0, 0),
            "write one beside it, whose name ends in `.down.sql`",
        )


def _several(
    migration: Migration, statements: Sequence[Statement]
) -> Iterator[Diagnostic]:
    """Groups of statements that do not speak of each other, one of which makes or drops a table.

    The first migration of a folder is left alone, which often is a schema as a whole, and so are
    several tables that are merely altered.
    """
    groups: list[list[Statement]] = []
    for statement in statements:
        tied = [g for g in groups if any(map(statement.is_tied_to, g))]
        groups = [group for group in groups if group not in tied]
        groups.append([*(s for group in tied for s in group), statement])
    changes = [g for g in groups if any(s.alters_tables for s in g)]
    whole = any(s.creates_tables or s.drops_tables for g in changes for s in g)
    if whole and len(changes) > 1:
        starts = (min(group, key=lambda s: s.start) for group in changes)
        first, second, *_ = sorted(starts, key=lambda s: s.start)
        yield _warning(
            "several-changes",
            "the migration makes several changes that have nothing to do with each other",
            _span(migration.up, second),
            "make them migrations of their own, which fail, are reverted and are read one by one",
            Label(_span(migration.up, first), "another change"),
        )


def _existing(
    migration: Migration, statements: Sequence[Statement], tables: set[str]
) -> Iterator[Diagnostic]:
    """What is slow, or fails, on tables that earlier migrations made: they may have rows."""
    for statement in statements:
        if statement.indexed in tables and not statement.concurrently:
            yield _warning(
                "blocking-index",
                f"writes to `{statement.indexed}` wait while this index is built",
                _span(migration.up, statement),
                "use `CREATE INDEX CONCURRENTLY` in a migration of its own, with"
                " `-- no-transaction` as its first line",
            )
        if statement.altered not in tables:
            continue
        for place in statement.required_columns:
            yield _warning(
                "not-null-without-default",
                f"this fails if `{statement.altered}` has rows, which have no value for the column",
                Span(migration.up, *place),
                "give it a DEFAULT, or add it nullable, fill it, and set it NOT NULL then",
            )
        for place in statement.retyped_columns:
            yield _warning(
                "column-type-change",
                f"nobody can use `{statement.altered}` while this rewrites it",
                Span(migration.up, *place),
                "add a column of the new type, fill it in portions, and drop the old one in a"
                " later migration",
            )


def _in_use(
    source: SourceFile, statements: Sequence[Statement], users: Users
) -> Iterator[Diagnostic]:
    """Columns that are dropped although queries still name them."""
    for statement in statements:
        for column, place in statement.dropped_columns.items():
            names = users.get((statement.altered, column), ())
            if names:
                queries = ", ".join(f"`{name}`" for name in names)
                yield _warning(
                    "dropped-column-in-use",
                    f"`{statement.altered}.{column}` is still used by {queries}",
                    Span(source, *place),
                    "take the column out of the queries, deploy that, and drop it then",
                )


def _transactions(
    source: SourceFile, statements: Sequence[Statement]
) -> Iterator[Diagnostic]:
    """What ends the transaction that a migration is run in, together with its ledger's row."""
    for statement in statements:
        if words := _TRANSACTION.match(source.text, statement.start, statement.end):
            yield _warning(
                "transaction-control",
                f"`{words[0].upper()}` interferes with the transaction that the migration is in",
                Span(source, *words.span()),
                "leave it out: sqlgen runs the file in a transaction, all or nothing; or write"
                " `-- no-transaction` as its first line",
            )


_TRANSACTION = re.compile(
    r"(?:begin|start\s+transaction|commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b",
    re.IGNORECASE,
)


def _span(source: SourceFile, statement: Statement) -> Span:
    line = source.text[statement.start : statement.end].split("\n", 1)[0].rstrip()
    return Span(source, statement.start, statement.start + len(line))


def _warning(
    code: str, message: str, span: Span, hint: str, *related: Label
) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        label=Label(span),
        related=related,
        hint=hint,
        severity=Severity.WARNING,
    )
