"""Migrations -> the warnings of all rules, without those that a file allows; pure."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from ..model.diagnostic import Diagnostic
from ..model.migration import Migration
from ..model.source import SourceFile
from ..parse.directives import allowed_warnings
from ..parse.lexer import delimiters
from .rules import NO_USERS, RULES, ColumnUsers, LintedMigration
from .shapes import StatementShape, statement_shapes

MEASURED: Final = (
    *("table-rewrite", "table-scan", "blocking-index", "lock-held", "bulk-update"),
    *("several-locks", "locks-not-measured", "scans-not-measured", "brief-lock"),
)
"""The codes of `risk`, which runs migrations instead of reading them."""

REPLACED: Final = {"column-type-change": "table-rewrite"}
"""Codes of earlier releases, which files may still name, and those of today."""

CODES: Final = (*RULES, *MEASURED, *REPLACED, "down-does-not-restore")
"""The codes that `-- sqlgen: allow CODE` may name: those of rules, of `risk` and of `migrate verify`."""


def lint(
    migrations: Sequence[Migration], users: ColumnUsers = NO_USERS
) -> tuple[Diagnostic, ...]:
    """Return the warnings about all *migrations*, in their order, and errors in their directives.

    *users* are those of the last build, when the last migration was not there yet.
    """
    tables: set[str] = set()
    diagnostics: list[Diagnostic] = []
    for number, migration in enumerate(migrations):
        shapes = statement_shapes(migration.up.text)
        is_last = number == len(migrations) - 1
        diagnostics += _lint_one(
            migrations, number, shapes, tables, users if is_last else NO_USERS
        )
        _update(tables, shapes)
    return tuple(diagnostics)


def lint_newest(migrations: Sequence[Migration]) -> tuple[Diagnostic, ...]:
    """Return the warnings about the last migration, and errors in its directives.

    It is the one that is being written, and may still be changed. Of the earlier ones, only those
    are read that may create or drop a table which the last one names.
    """
    if not migrations:
        return ()
    *earlier, newest = migrations
    shapes = statement_shapes(newest.up.text)
    names = {shape.altered for shape in shapes if shape.altered}
    tables: set[str] = set()
    for migration in earlier if names else ():
        text = migration.up.text.lower()
        if "table" in text and any(name.lower() in text for name in names):
            _update(tables, statement_shapes(migration.up.text))
    return _lint_one(migrations, len(earlier), shapes, tables, NO_USERS)


def empty_migrations(migrations: Sequence[Migration]) -> tuple[Diagnostic, ...]:
    """Return a warning for each of the *migrations* that has no statement, as `lint` does."""
    return tuple(
        warning
        for migration in migrations
        if not statement_shapes(migration.up.text)
        for warning in _lint_one((migration,), 0, (), set(), NO_USERS)
        if warning.code == "empty-migration"
    )


def allowed(source: SourceFile) -> frozenset[str]:
    """Return the codes that the file's comments `-- sqlgen: allow CODE[, CODE]` name."""
    codes = _allowed(source)[0]
    return codes | {REPLACED[code] for code in codes if code in REPLACED}


def _allowed(
    source: SourceFile | None,
) -> tuple[frozenset[str], tuple[Diagnostic, ...]]:
    """Return the codes that a file allows, and the errors in its directives."""
    if source is None or "sqlgen:" not in source.text:
        return frozenset(), ()
    return allowed_warnings(source, delimiters(source.text), CODES, of_query=False)


def _lint_one(
    migrations: Sequence[Migration],
    number: int,
    shapes: tuple[StatementShape, ...],
    tables: set[str],
    users: ColumnUsers,
) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of `migrations[number]`; *tables* are there before it."""
    migration = migrations[number]
    if migration.squashed:  # a machine has written it, and databases have it already
        return _allowed(migration.up)[1]
    codes, errors = _allowed(migration.up)
    _, down_errors = _allowed(migration.down)
    linted = LintedMigration(
        migration=migration,
        shapes=shapes,
        is_first=number == 0,
        has_down_files=any(m.down for m in migrations),
        existing_tables=frozenset(tables),
        users=users,
    )
    rules = (rule for code, rule in RULES.items() if code not in codes)
    warnings = chain.from_iterable(rule(linted) for rule in rules)
    return *errors, *down_errors, *warnings


def _update(tables: set[str], shapes: Sequence[StatementShape]) -> None:
    """Make *tables* those that exist after the statements."""
    for shape in shapes:
        tables -= shape.drops_tables
        tables |= shape.creates_tables
