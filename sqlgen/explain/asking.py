"""Statements, session -> their plans, as EXPLAIN prints them. Nothing is executed.

The plan is the generic one, for any values of the parameters. Each statement is planned in a read-only
transaction that is rolled back: PostgreSQL evaluates functions that say they are IMMUTABLE while it plans.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from ..model.frozen import frozen
from .indexes import TableIndexes
from .plan_nodes import PlanNode, read_plan
from .service import used_indexes
from .statements import PlannedVariant

Ask: TypeAlias = Callable[[str], "list[tuple[str, ...]] | str"]
"""Runs a simple query; returns its rows as texts, or the message of its error."""

_NAME: Final = "sqlgen_explained"
_ALWAYS: Final = {
    "debug_print_parse": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_FIRST_WORD: Final = re.compile(r"\w+")
_PLANNED: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "WITH")
"""The statements that PREPARE takes (manual, PREPARE); `(SELECT …)` has no first word."""
_GENERIC_PLAN_VERSION: Final = 16_00_00


class AskedSettings(Enum):
    """The settings under which a statement is planned, each a question.

    `CONDITIONS`: which conditions can an index serve? A bitmap scan is the only one that is enabled, and
    PostgreSQL makes one only for conditions: never for an order, or to read a small index instead of a
    table. Joins are nested loops, of which the inner table is looked up. Index tuples are costly, so that of two
    indexes the one is taken that finds fewer. All partitions are shown, since NULL, the value of each
    parameter, would leave none. `ORDERS`: which index can give an order? `USUAL`: which are taken where
    all of this may be combined? `PRODUCTION`: what is done with the statistics as they are?
    """

    CONDITIONS = (
        ("enable_seqscan", "off"),
        ("enable_indexscan", "off"),
        ("enable_indexonlyscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("enable_partition_pruning", "off"),
        ("cpu_index_tuple_cost", "100"),
    )
    ORDERS = (
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_sort", "off"),
        ("enable_hashagg", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("enable_partition_pruning", "off"),
    )
    USUAL = (
        ("enable_seqscan", "off"),
        ("enable_partition_pruning", "off"),
        ("max_parallel_workers_per_gather", "0"),
    )
    PRODUCTION = ()


@frozen
class StatementPlans:
    """The plans of a statement by the question, or the `error` for which it has none."""

    variant: PlannedVariant
    plans: Mapping[AskedSettings, PlanNode]
    error: str = ""

    def used(self, indexes: TableIndexes) -> frozenset[tuple[str, str]]:
        """Return the schemas and names of the indexes in any of its plans."""
        return frozenset(
            [
                index
                for plan in self.plans.values()
                for index in used_indexes(plan, indexes)
            ]
        )


def explain_statements(
    ask: Ask,
    variants: Sequence[PlannedVariant],
    settings: Sequence[AskedSettings],
    server_version: int,
) -> Iterator[StatementPlans]:
    """Yield the plans of each statement, under each of the *settings*, in the statements' order."""
    for variant in variants:
        yield _plans(ask, variant, settings, server_version)


def _plans(
    ask: Ask,
    variant: PlannedVariant,
    settings: Sequence[AskedSettings],
    server_version: int,
) -> StatementPlans:
    error = _run(ask, f"BEGIN READ ONLY; {_set(tuple(_ALWAYS.items()))}")
    types = f" ({', '.join(variant.types)})" if variant.types else ""
    prepare = f"PREPARE {_NAME}{types} AS {variant.text}"
    plans: dict[AskedSettings, PlanNode] = {}
    try:
        error = error or _run(ask, prepare)
        for one in settings:
            if error:
                break
            error = _run(ask, f"SAVEPOINT planned; DISCARD PLANS; {_set(one.value)}")
            answer = error or ask(_explain(variant, one, server_version))
            if isinstance(answer, str):
                error = answer
                break
            plans[one] = read_plan(answer[0][0])
            error = _run(ask, "ROLLBACK TO SAVEPOINT planned")
    finally:
        ask("ROLLBACK")
        ask(f"DEALLOCATE {_NAME}")  # outlives the transaction
    word = _FIRST_WORD.match(variant.text)
    if error and word and word[0].upper() not in _PLANNED:
        error = f"PostgreSQL plans no {word[0].upper()}"
    return StatementPlans(variant, {} if error else plans, error)


def _explain(
    variant: PlannedVariant, settings: AskedSettings, server_version: int
) -> str:
    """Return the statement that shows the plan.

    EXECUTE prunes partitions by the values that it is given; GENERIC_PLAN does not.
    """
    if settings is AskedSettings.PRODUCTION and server_version >= _GENERIC_PLAN_VERSION:
        return f"EXPLAIN (VERBOSE, FORMAT JSON, GENERIC_PLAN) {variant.text}"
    values = ", ".join(["NULL"] * len(variant.types))
    call = f"{_NAME} ({values})" if values else _NAME
    return f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {call}"


def _set(settings: Sequence[tuple[str, str]]) -> str:
    """Return the statements that make the settings, until the transaction or savepoint ends."""
    return "; ".join([f"SET LOCAL {name} = {value}" for name, value in settings])


def _run(ask: Ask, statement: str) -> str:
    """Run a statement, and return the message of its error; empty if there is none."""
    answer = ask(statement) if statement else ""
    return answer if isinstance(answer, str) else ""
