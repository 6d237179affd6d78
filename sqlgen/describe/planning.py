"""Statements -> the errors that only PostgreSQL's planner finds in them, of those that may have one.

Parse analyses a statement, but does not plan it. So it accepts some that can never run, such as an
upsert without a unique index for its ON CONFLICT.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from ..model.frozen import frozen
from .responses import StatementError

Execute = Callable[[Sequence[str]], Sequence[StatementError | None]]
"""Runs statements one by one, without their rows, and returns the error of each that fails."""

_SUSPECT = re.compile(
    rb"""
      :onConflict\s\{           # needs a unique index (infer_arbiter_indexes in plancat.c)
    | :jointype\s2\b            # FULL JOIN: some column must be mergeable or hashable (joinpath.c)
    | :rowMarks\s\(             # FOR UPDATE: not of an outer join's nullable side (initsplan.c)
    | :commandType\s5\b         # MERGE becomes an outer or full join (prepjointree.c)
    | :hashable\sfalse          # UNION of WITH RECURSIVE (prepunion.c)
    | :sortop\s0\b              # a type that cannot be sorted (planner.c)
    | :relkind\s[mSf]\b         # cannot be changed or locked (CheckValidResultRel in execMain.c)
    """,
    re.VERBOSE,
)
_ERRORS: Final = frozenset({"42P10", "42809", "0A000"})
"""invalid_column_reference, wrong_object_type, feature_not_supported: the planner's own errors. It may
meet others when it tries a function for its estimates, which say nothing about later calls."""

_GENERIC_PLAN_VERSION: Final = 16_00_00
_EXPLAIN: Final = "EXPLAIN (GENERIC_PLAN) "
_NAME: Final = "sqlgen_planned"


@frozen
class PlannedStatement:
    """A statement to plan, and the number of its parameters."""

    text: str
    parameters: int


def may_fail_in_planning(tree: bytes) -> bool:
    """Return whether the planner may refuse an analysed statement, as few kinds can be."""
    return _SUSPECT.search(tree) is not None


def planning_errors(
    execute: Execute, statements: Sequence[PlannedStatement], server_version: int
) -> tuple[StatementError | None, ...]:
    """Return the planner's error for each statement, None for those that can be planned.

    The plan is a generic one, without values for the parameters. Nothing is executed.
    """
    if not statements:
        return ()
    if server_version >= _GENERIC_PLAN_VERSION:
        errors = execute([_EXPLAIN + statement.text for statement in statements])
        return tuple([_of_planner(error, len(_EXPLAIN)) for error in errors])
    return tuple([_planned_by_name(execute, statement) for statement in statements])


def _planned_by_name(
    execute: Execute, statement: PlannedStatement
) -> StatementError | None:
    """Return the planner's error for a prepared statement, as PostgreSQL 14 and 15 plan it."""
    prepare = f"PREPARE {_NAME} AS "
    values = ", ".join(["NULL"] * statement.parameters)
    call = f"{_NAME} ({values})" if values else _NAME
    _, _, _, error, _, _ = execute(
        [
            "BEGIN",
            "SET LOCAL plan_cache_mode = force_generic_plan",
            prepare + statement.text,
            f"EXPLAIN EXECUTE {call}",
            "ROLLBACK",
            f"DEALLOCATE {_NAME}",  # outlives the transaction
        ]
    )
    return _of_planner(error, len(prepare))


def _of_planner(error: StatementError | None, prefix: int) -> StatementError | None:
    """Return an error of the planner's with its position in the statement after the *prefix*."""
    if error is None or error.sqlstate not in _ERRORS:
        return None
    position = error.position - prefix if error.position else None
    return StatementError(
        sqlstate=error.sqlstate,
        message=error.message,
        detail=error.detail,
        hint=error.hint,
        position=position if position and position > 0 else None,
    )
