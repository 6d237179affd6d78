"""Migrations -> the down files that do not undo their up files, tried on a scratch database."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from ...model.diagnostic import SqlgenError
from ...model.migration import Migration
from ...model.source import SourceFile
from ..scripts.execute import execute, execute_down, execute_script
from .snapshot import snapshot


@dataclass(frozen=True, slots=True)
class DownMismatch:
    """A migration whose down file does not restore the schema.

    `diff` is a unified diff of the schema's lines. `after` is `"down"`, or `"up"` if only applying
    the migration a second time has another result than the first time.
    """

    migration: Migration
    after: str
    diff: str


def verify(
    connection: psycopg.Connection[TupleRow],
    migrations: Sequence[Migration],
    seeds: Sequence[SourceFile] = (),
) -> tuple[DownMismatch, ...]:
    """Run each migration up, down and up again on an empty scratch database.

    With *seeds*, their rows are inserted at the end, and then each migration, the last one first,
    runs down, up and down again. Migrations without a down file are only applied.

    Raises `SqlgenError` if a script fails.
    """
    mismatches: list[DownMismatch] = []
    for migration in migrations:
        before = snapshot(connection)
        execute(connection, migration)
        if migration.down is None:
            continue
        after_up = snapshot(connection)
        execute_down(connection, migration)
        after_down = snapshot(connection)
        if diff := _diff(before, after_down, "before", "after down"):
            mismatches.append(DownMismatch(migration, "down", diff))
        try:
            execute(connection, migration)
        except SqlgenError:
            if diff:
                return tuple(mismatches)  # the mismatch is the cause, and is reported
            raise
        if not diff and (
            diff := _diff(after_up, snapshot(connection), "up", "up again")
        ):
            mismatches.append(DownMismatch(migration, "up", diff))
    if seeds and not mismatches:
        _revert_with_rows(connection, migrations, seeds)
    return tuple(mismatches)


def _revert_with_rows(
    connection: psycopg.Connection[TupleRow],
    migrations: Sequence[Migration],
    seeds: Sequence[SourceFile],
) -> None:
    for seed in seeds:
        execute_script(connection, seed)
    for migration in reversed(migrations):
        if migration.down is None:
            return  # earlier ones cannot be reverted either
        execute_down(connection, migration)
        execute(connection, migration)
        execute_down(connection, migration)


def _diff(before: Sequence[str], after: Sequence[str], old: str, new: str) -> str:
    return "\n".join(difflib.unified_diff(before, after, old, new, lineterm="", n=0))
