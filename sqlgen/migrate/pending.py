"""How the migrations stand -> what is to run, or why nothing may; pure.

Every check comes before anything runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.source import Span
from .status import MigrationState, MigrationStatus


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What is to run, in order, and what there is to say before."""

    standings: tuple[MigrationStatus, ...]
    notes: tuple[Diagnostic, ...]


def plan_apply(
    standings: Sequence[MigrationStatus],
    *,
    to: int | None = None,
    allow_out_of_order: bool = False,
) -> MigrationPlan:
    """The migrations to apply, up to version *to*.

    Raises `SqlgenError` with everything that is wrong.
    """
    allowed = {MigrationState.OUT_OF_ORDER} if allow_out_of_order else set()
    _refuse(standings, allowed, to)
    states = {
        MigrationState.PENDING,
        MigrationState.OUT_OF_ORDER,
        MigrationState.STOPPED,
    }
    return MigrationPlan(
        tuple(
            s
            for s in standings
            if s.state in states and (to is None or s.version <= to)
        ),
        _notes(standings),
    )


def plan_revert(
    standings: Sequence[MigrationStatus], *, steps: int = 1, to: int | None = None
) -> MigrationPlan:
    """The migrations to revert, the last one first: *steps* of them, or all later than *to*.

    `to=0` reverts all. Raises `SqlgenError` with everything that is wrong, a missing down file
    among it.
    """
    _refuse(standings, {MigrationState.OUT_OF_ORDER}, to or None)
    applied = [s for s in reversed(standings) if s.applied is not None]
    chosen = applied[:steps] if to is None else [s for s in applied if s.version > to]
    problems = [problem for s in chosen if (problem := _not_revertible(s)) is not None]
    if problems:
        raise SqlgenError(*problems)
    return MigrationPlan(tuple(chosen), _notes(standings))


def _refuse(
    standings: Sequence[MigrationStatus], allowed: set[MigrationState], to: int | None
) -> None:
    problems = [
        problem
        for s in standings
        if s.state not in allowed and (problem := _problem(s)) is not None
    ]
    if to is not None and all(s.version != to for s in standings):
        problems.append(
            Diagnostic(
                code="unknown-version",
                message=f"there is no migration of version {to}",
                label=None,
                hint="look at `sqlgen migrate status` for those that there are",
            )
        )
    if problems:
        raise SqlgenError(*problems)


def _problem(standing: MigrationStatus) -> Diagnostic | None:
    name = f"migration {standing.version} (`{standing.description}`)"
    match standing.state:
        case MigrationState.CHANGED:
            return Diagnostic(
                code="changed-migration",
                message=f"{name} has changed since it was applied",
                label=_start(standing),
                hint="restore the file and write a new migration, or accept the change with"
                " `sqlgen migrate repair`",
            )
        case MigrationState.MISSING:
            return Diagnostic(
                code="missing-migration",
                message=f"{name} is applied, but its file is missing",
                label=None,
                hint="restore the file from version control",
            )
        case MigrationState.OUT_OF_ORDER:
            return Diagnostic(
                code="out-of-order-migration",
                message=f"{name} is pending, but a later one is applied already",
                label=_start(standing),
                hint="give it a version after the last one, or use `--allow-out-of-order`",
            )
        case MigrationState.STOPPED_CHANGED:
            done = standing.applied.statements_done if standing.applied else 0
            return Diagnostic(
                code="stopped-migration",
                message=f"{name} stopped after {done} of its statements, and has changed since",
                label=_start(standing),
                hint=f"if its first {done} statements are as they were, let `sqlgen migrate"
                " repair` accept the file, and the rest will be run",
            )
        case _:
            return None


def _not_revertible(standing: MigrationStatus) -> Diagnostic | None:
    name = f"migration {standing.version} (`{standing.description}`)"
    if standing.state is MigrationState.STOPPED:
        return Diagnostic(
            code="stopped-migration",
            message=f"{name} stopped half-way, so that its down file does not fit",
            label=_start(standing),
            hint="finish it with `sqlgen migrate up` first",
        )
    if standing.migration is not None and standing.migration.down is None:
        return Diagnostic(
            code="no-down-migration",
            message=f"{name} has no down file",
            label=_start(standing),
            hint="write one, or undo the change in a new migration",
        )
    return None


def _notes(standings: Sequence[MigrationStatus]) -> tuple[Diagnostic, ...]:
    return tuple(
        Diagnostic(
            code="line-endings",
            message=f"migration {s.version} (`{s.description}`) was applied with other line ends",
            label=_start(s),
            hint="run `sqlgen migrate repair` to store the file's checksum as it is now",
            severity=Severity.WARNING,
        )
        for s in standings
        if s.state is MigrationState.LINE_ENDINGS
    )


def _start(standing: MigrationStatus) -> Label | None:
    if standing.migration is None:
        return None
    return Label(Span(standing.migration.up, 0, 0))
