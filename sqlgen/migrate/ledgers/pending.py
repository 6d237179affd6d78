"""MigrationStatus -> MigrationPlan, or everything that forbids it; pure.

All checks come before anything runs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ... import parse
from ...model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ...model.migration import Migration
from ...model.source import Span
from .status import MigrationState, MigrationStatus

# Of the statements that PostgreSQL refuses in a transaction, these fail or do no harm if they have
# run already. An index without a name gets another one, and would be there twice.
_REPEATABLE = re.compile(
    r"(?!create\s+(?:unique\s+)?index\s+(?:concurrently\s+)?on\b)"
    r"(?:create|drop|alter|reindex|vacuum|analyze|cluster)\b",
    re.IGNORECASE,
)


class Resume(StrEnum):
    """The treatment of the statement at which a migration without a transaction stopped."""

    REPEAT = "repeat"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """The statuses of the migrations to apply or revert, in order, and warnings to log before."""

    statuses: tuple[MigrationStatus, ...]
    warnings: tuple[Diagnostic, ...]

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """Return the migrations to apply or revert; a plan has only those with a file."""
        return tuple(s.migration for s in self.statuses if s.migration is not None)


def plan_apply(
    statuses: Sequence[MigrationStatus],
    *,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
    resume: Resume | None = None,
) -> MigrationPlan:
    """Return the plan that applies what is pending, up to version *to* (`None`: all).

    *ignore_missing* accepts a database that is newer than the files. *resume* says what to do with a statement that may have run or not. Raises `SqlgenError` with
    everything that is wrong.
    """
    problems = [p for s in statuses if (p := _not_resumable(s, resume))]
    if problems:
        raise SqlgenError(*problems)
    allowed = {MigrationState.OUT_OF_ORDER} if allow_out_of_order else set()
    if ignore_missing:
        allowed.add(MigrationState.MISSING)
    _check(statuses, allowed, to)
    states = {
        MigrationState.PENDING,
        MigrationState.OUT_OF_ORDER,
        MigrationState.STOPPED,
    }
    return MigrationPlan(
        tuple(
            s for s in statuses if s.state in states and (to is None or s.version <= to)
        ),
        (*_line_ending_warnings(statuses), *_missing_warnings(statuses)),
    )


def plan_revert(
    statuses: Sequence[MigrationStatus],
    *,
    steps: int = 1,
    to: int | None = None,
    ignore_missing: bool = False,
) -> MigrationPlan:
    """Return the plan that reverts the last *steps* migrations, or all later than version *to*.

    The last one comes first; `to=0` reverts all. *ignore_missing* accepts a database that is newer than
    the files, and passes over what has no file, as SQLx does. Raises `SqlgenError` with everything that
    is wrong, missing down files among it.
    """
    allowed = {MigrationState.OUT_OF_ORDER}
    if ignore_missing:
        allowed.add(MigrationState.MISSING)
    _check(statuses, allowed, to or None)
    applied = [
        s
        for s in reversed(statuses)
        if s.applied is not None and s.migration is not None
    ]
    selected = applied[:steps] if to is None else [s for s in applied if s.version > to]
    problems = [problem for s in selected if (problem := _not_revertible(s))]
    if problems:
        raise SqlgenError(*problems)
    return MigrationPlan(
        tuple(selected),
        (*_line_ending_warnings(statuses), *_missing_warnings(statuses)),
    )


def _check(
    statuses: Sequence[MigrationStatus], allowed: set[MigrationState], to: int | None
) -> None:
    """Raise `SqlgenError` for drift, except in the states *allowed*, and for an unknown *to*."""
    problems = [
        problem
        for s in statuses
        if s.state not in allowed and (problem := _drift(s)) is not None
    ]
    if to is not None and all(s.version != to for s in statuses):
        problems.append(
            Diagnostic(
                code="unknown-version",
                message=f"there is no migration of version {to}",
                label=None,
                hint="run `sqlgen migrate status` for those that there are",
            )
        )
    if problems:
        raise SqlgenError(*problems)


def _drift(status: MigrationStatus) -> Diagnostic | None:
    name = _name(status)
    match status.state:
        case MigrationState.CHANGED:
            return Diagnostic(
                code="changed-migration",
                message=f"{name} has changed since it was applied",
                label=_start(status),
                hint="restore the file and write a new migration; in development, start anew with"
                " `sqlgen migrate reset`; or accept the change with `sqlgen migrate repair`, which runs"
                " nothing",
            )
        case MigrationState.MISSING:
            return Diagnostic(
                code="missing-migration",
                message=f"{name} is applied, but its file is missing",
                label=None,
                hint="restore the file from version control; for a release that is older than the"
                " database, use `--ignore-missing`",
            )
        case MigrationState.OUT_OF_ORDER:
            return Diagnostic(
                code="out-of-order-migration",
                message=f"{name} is pending, but a later one is applied already",
                label=_start(status),
                hint="give it a version after the last one, or use `--allow-out-of-order`",
            )
        case MigrationState.SQUASHED_PARTLY:
            assert status.migration is not None
            versions = f"migrations up to {status.version}"
            return Diagnostic(
                code="squashed-migration",
                message=f"{name} squashes the {versions}, of which the database has only some, or"
                " others than those",
                label=_start(status),
                hint="apply the rest with a release from before the squash first",
            )
        case MigrationState.STOPPED_CHANGED:
            done = status.applied.progress.done if status.applied else 0
            return Diagnostic(
                code="stopped-migration",
                message=f"{name} stopped after {done} of its statements, and has changed since",
                label=_start(status),
                hint=f"if its first {done} statements are unchanged, accept the file with"
                " `sqlgen migrate repair`, and `sqlgen migrate up` runs the rest",
            )
        case _:
            return None


def _not_resumable(status: MigrationStatus, resume: Resume | None) -> Diagnostic | None:
    """Return why `up` cannot go on with a migration that stopped half-way."""
    if status.state is not MigrationState.STOPPED:
        return None
    assert status.applied is not None
    assert status.migration is not None
    progress, source = status.applied.progress, status.migration.up
    if progress.reverting:
        return Diagnostic(
            code="stopped-migration",
            message=f"the down file of {_name(status)} stopped after {progress.done} of its statements",
            label=_start(status),
            hint="finish it with `sqlgen migrate down` first",
        )
    statements = parse.statements(source.text)
    if not progress.running or resume or progress.done >= len(statements):
        return None
    start, end = statements[progress.done]
    if _REPEATABLE.match(source.text, start, end):
        return None
    return Diagnostic(
        code="unfinished-statement",
        message=f"statement {progress.done + 1} of {_name(status)} was running when an earlier"
        " run ended: it may have done its work, or some of it",
        label=Label(Span(source, start, end)),
        hint="look into the database; then run it again with `sqlgen migrate up --resume repeat`,"
        " or go on after it with `--resume skip`",
    )


def _not_revertible(status: MigrationStatus) -> Diagnostic | None:
    name = _name(status)
    if status.applied is not None and status.applied.progress.reverting:
        return None  # an earlier run of the down file stopped half-way: it goes on
    if status.state is MigrationState.STOPPED:
        return Diagnostic(
            code="stopped-migration",
            message=f"{name} stopped half-way, so that its down file does not fit",
            label=_start(status),
            hint="finish it with `sqlgen migrate up` first",
        )
    if status.migration is not None and status.migration.down is None:
        return Diagnostic(
            code="no-down-migration",
            message=f"{name} has no down file",
            label=_start(status),
            hint="write one, or undo the change in a new migration",
        )
    return None


def _line_ending_warnings(
    statuses: Sequence[MigrationStatus],
) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(
            code="line-endings",
            message=f"{_name(status)} was applied with other line endings",
            label=_start(status),
            hint="run `sqlgen migrate repair` to store the file's checksum as it is now",
            severity=Severity.WARNING,
        )
        for status in statuses
        if status.state is MigrationState.LINE_ENDINGS
    )


def _missing_warnings(statuses: Sequence[MigrationStatus]) -> tuple[Diagnostic, ...]:
    """Return one warning of all applied migrations that have no file, which were allowed."""
    names = [_name(s) for s in statuses if s.state is MigrationState.MISSING]
    if not names:
        return ()
    return (
        Diagnostic(
            code="missing-migration",
            message=f"the database is newer than these files: it has {', '.join(names)}",
            label=None,
            hint="leave them as they are, or deploy the release that has their files",
            severity=Severity.WARNING,
        ),
    )


def _name(status: MigrationStatus) -> str:
    return f"migration {status.version} (`{status.description}`)"


def _start(status: MigrationStatus) -> Label | None:
    if status.migration is None:
        return None
    return Label(Span(status.migration.up, 0, 0))
