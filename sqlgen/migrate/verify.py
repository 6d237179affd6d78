"""Whether each down file takes back all that its up file did, tried on a scratch database."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from ..model.diagnostic import SqlgenError
from ..model.migration import Migration
from ..model.source import SourceFile
from .execute import execute, execute_down, execute_script
from .snapshot import snapshot


@dataclass(frozen=True, slots=True)
class DownMismatch:
    """What a down file leaves other than it was: a unified diff of the schema's lines.

    `after` is `"down"`, or `"up"` where going up a second time does not end as the first did.
    """

    migration: Migration
    after: str
    diff: str


def verify(
    connection: psycopg.Connection[TupleRow],
    migrations: Sequence[Migration],
    seeds: Sequence[SourceFile] = (),
) -> tuple[DownMismatch, ...]:
    """Go up, down and up again, migration by migration, on an empty scratch database.

    With *seeds*, their rows are inserted at the end, and then each migration, the last one first,
    goes down, up and down again. Migrations without a down file are only applied.

    Raises `SqlgenError` where a script fails.
    """
    found: list[DownMismatch] = []
    for migration in migrations:
        before = snapshot(connection)
        execute(connection, migration)
        if migration.down is None:
            continue
        there = snapshot(connection)
        execute_down(connection, migration)
        back = snapshot(connection)
        if diff := _diff(before, back, "before", "after down"):
            found.append(DownMismatch(migration, "down", diff))
        try:
            execute(connection, migration)
        except SqlgenError:
            if diff:
                return tuple(found)  # what is left over is in the way: told already
            raise
        if not diff and (diff := _diff(there, snapshot(connection), "up", "up again")):
            found.append(DownMismatch(migration, "up", diff))
    if seeds and not found:
        _with_rows(connection, migrations, seeds)
    return tuple(found)


def _with_rows(
    connection: psycopg.Connection[TupleRow],
    migrations: Sequence[Migration],
    seeds: Sequence[SourceFile],
) -> None:
    for seed in seeds:
        execute_script(connection, seed)
    for migration in reversed(migrations):
        if migration.down is None:
            return  # as far back as it goes
        execute_down(connection, migration)
        execute(connection, migration)
        execute_down(connection, migration)


def _diff(before: Sequence[str], after: Sequence[str], old: str, new: str) -> str:
    return "\n".join(difflib.unified_diff(before, after, old, new, lineterm="", n=0))
