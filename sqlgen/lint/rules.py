"""LintedMigration -> warnings, one function a rule; pure.

A new rule is one function here, with the decorator `rule`, and a row in `docs/migrations.md`.

A rule sees what statements do to tables, as far as the lexer can tell. If it could be wrong about a
good migration, it does not warn: people stop reading warnings that are often wrong.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.source import Span
from ..parse.statements import TRANSACTION_CONTROL
from .shapes import StatementShape

ColumnUsers = Mapping[tuple[str, str], Sequence[str]]
"""The names of the queries that read or write a column, by its table and its name."""

NO_USERS: Final[ColumnUsers] = MappingProxyType({})


@frozen(kw_only=True)
class LintedMigration:
    """A migration, with what the rules need to know of the others.

    `shapes` are those of the up file. `has_down_files` is true if any migration has one.
    `existing_tables` were created by earlier migrations, so that they may have rows.
    """

    migration: Migration
    shapes: tuple[StatementShape, ...]
    is_first: bool
    has_down_files: bool
    existing_tables: frozenset[str]
    users: ColumnUsers

    def span(self, start: int, end: int) -> Span:
        """Return the characters from *start* to *end* of the up file."""
        return Span(self.migration.up, start, end)

    def first_line(self, shape: StatementShape) -> Span:
        """Return the first line of a statement."""
        text = self.migration.up.text[shape.start : shape.end]
        return self.span(
            shape.start, shape.start + len(text.split("\n", 1)[0].rstrip())
        )


@frozen
class Finding:
    """A place that a rule warns of; `hint` says what to write instead."""

    message: str
    span: Span
    hint: str
    related: tuple[Label, ...] = ()


RULES: Final[dict[str, Callable[[LintedMigration], Iterator[Diagnostic]]]] = {}
"""The rules by their code, in the order in which they run."""

FindingRule = Callable[[LintedMigration], Iterator[Finding]]


def rule(code: str) -> Callable[[FindingRule], FindingRule]:
    """Return a decorator that makes a function the rule *code*."""

    def register(function: FindingRule) -> FindingRule:
        def warnings(linted: LintedMigration) -> Iterator[Diagnostic]:
            for finding in function(linted):
                yield Diagnostic(
                    code=code,
                    message=finding.message,
                    label=Label(finding.span),
                    related=finding.related,
                    hint=finding.hint,
                    severity=Severity.WARNING,
                )

        RULES[code] = warnings
        return function

    return register


@rule("missing-down-file")
def missing_down_file(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of a migration without a down file, if other migrations have one."""
    migration = linted.migration
    if linted.has_down_files and migration.down is None:
        yield Finding(
            f"migration {migration.version} (`{migration.description}`) has no down file",
            linted.span(0, 0),
            "write one beside it, whose name ends in `.down.sql`",
        )


@rule("empty-migration")
def empty_migration(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of a migration without a statement that nobody has written anything into.

    A comment of the user's own says that it is empty on purpose.
    """
    migration = linted.migration
    if linted.shapes or not _is_untouched(migration):
        return
    yield Finding(
        f"migration {migration.version} (`{migration.description}`) has no statement",
        linted.span(0, len(migration.up.text.split("\n", 1)[0].rstrip())),
        "write its statements, after `sqlgen migrate down` where it is applied; or say in a comment why it has none",
    )


def _is_untouched(migration: Migration) -> bool:
    """Return whether the up file has no comment but the one with which it was created."""
    comments = re.sub(r"[\W_]+", " ", migration.up.text).strip().lower()
    title = re.sub(r"[\W_]+", " ", migration.description).strip().lower()
    return comments in ("", title, *_PLACEHOLDERS)


_PLACEHOLDERS: Final = ("add migration script here", "add up migration script here")
"""The comments that `sqlx migrate add` writes; `sqlgen migrate new` writes the description."""


@rule("several-changes")
def several_changes(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of unrelated groups of statements, one of which creates or drops a table.

    The first migration is exempt, because it often is a whole schema. So are several tables that
    are only altered.
    """
    if linted.is_first:
        return
    groups: list[list[StatementShape]] = []
    for shape in linted.shapes:
        related = [g for g in groups if any(map(shape.is_related_to, g))]
        groups = [group for group in groups if group not in related]
        groups.append([*(s for group in related for s in group), shape])
    changes = [g for g in groups if any(s.changes_tables for s in g)]
    has_whole_table = any(
        s.creates_tables or s.drops_tables for g in changes for s in g
    )
    if has_whole_table and len(changes) > 1:
        starts = (min(group, key=lambda s: s.start) for group in changes)
        first, second, *_ = sorted(starts, key=lambda s: s.start)
        yield Finding(
            "the migration makes several unrelated changes",
            linted.first_line(second),
            "write a migration for each, so that each is applied and reverted by itself",
            (Label(linted.first_line(first), "another change"),),
        )


@rule("not-null-without-default")
def not_null_without_default(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of a NOT NULL column without a value for the rows of an existing table."""
    for shape in linted.shapes:
        if shape.altered in linted.existing_tables:
            for place in shape.required_columns:
                yield Finding(
                    f"this fails if `{shape.altered}` has rows, which have no value for the column",
                    linted.span(*place),
                    "give it a DEFAULT, or add it nullable, fill it, and set it NOT NULL then",
                )


@rule("dropped-column-in-use")
def dropped_column_in_use(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of a dropped column that queries still name."""
    for shape in linted.shapes:
        for column, place in shape.dropped_columns.items():
            if names := linted.users.get((shape.altered, column), ()):
                queries = ", ".join(f"`{name}`" for name in names)
                yield Finding(
                    f"`{shape.altered}.{column}` is still used by {queries}",
                    linted.span(*place),
                    "remove the column from the queries, deploy that, and drop it then",
                )


@rule("transaction-control")
def transaction_control(linted: LintedMigration) -> Iterator[Finding]:
    """Warn of statements that end the transaction of the migration and its ledger row."""
    if not linted.migration.transactional:
        return
    text = linted.migration.up.text
    for shape in linted.shapes:
        if words := TRANSACTION_CONTROL.match(text, shape.start, shape.end):
            yield Finding(
                f"`{words[0].upper()}` interferes with the transaction that the migration is in",
                linted.span(*words.span()),
                "remove it: sqlgen runs the file in a transaction, all or nothing; or write"
                " `-- no-transaction` as its first line",
            )
