"""Statements, session -> their plans, as EXPLAIN prints them. Nothing is executed.

The plan is the generic one, for any values of the parameters. Each statement is planned under a savepoint of a
read-only transaction, both of which are rolled back: PostgreSQL evaluates functions that say they are IMMUTABLE
while it plans. Many statements are sent at once, so that nothing waits between them.
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

AskAll: TypeAlias = Callable[[Sequence[str]], "list[list[tuple[str, ...]] | str]"]
"""Runs simple queries, each like `Ask`."""

_NAME: Final = "sqlgen_explained"
_AT_ONCE: Final = 100
"""Statements that are sent at once; the plans of so many are in memory, at the server too."""
_UNDO: Final = "ROLLBACK TO SAVEPOINT planned"
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
    parameter, would leave none. `ORDERS`: which index can give an order? `SORTED`: what is the order, if
    no index is there that has it? `USUAL`: which are taken where
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
    SORTED = (
        ("enable_indexscan", "off"),
        ("enable_indexonlyscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
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
    ask_all: AskAll,
    variants: Sequence[PlannedVariant],
    settings: Sequence[AskedSettings],
    server_version: int,
) -> Iterator[StatementPlans]:
    """Yield the plans of each statement, under each of the *settings*, in the statements' order."""
    for start in range(0, len(variants), _AT_ONCE):
        yield from _plans(
            ask_all, variants[start : start + _AT_ONCE], settings, server_version
        )


PAGE_QUESTIONS: Final = (AskedSettings.ORDERS, AskedSettings.SORTED)
"""The questions whose answers tell what indexes do for pages."""


def explain_all(
    ask_all: AskAll,
    variants: Sequence[Sequence[PlannedVariant]],
    questions: Sequence[AskedSettings],
    of_pages: Sequence[AskedSettings],
    server_version: int,
) -> list[tuple[StatementPlans, ...]]:
    """Return the plans of each query's statements: under the *questions*, and of its pages under those *of_pages*."""
    together = [variant for of_query in variants for variant in of_query]
    all_rows = [variant for variant in together if not variant.page]
    pages = [variant for variant in together if variant.page]
    plans = explain_statements(ask_all, all_rows, questions, server_version)
    page_plans = explain_statements(ask_all, pages, of_pages, server_version)
    return [
        tuple([next(page_plans if v.page else plans) for v in of_query])
        for of_query in variants
    ]


def _plans(
    ask_all: AskAll,
    variants: Sequence[PlannedVariant],
    settings: Sequence[AskedSettings],
    server_version: int,
) -> Iterator[StatementPlans]:
    plans: list[dict[AskedSettings, PlanNode]] = [{} for _ in variants]
    errors = [""] * len(variants)
    for one in settings:
        texts = [
            _explain(variant, number, one, server_version, prepares=one is settings[0])
            for number, variant in enumerate(variants)
        ]
        always = (*_ALWAYS.items(), *one.value)
        begin = f"BEGIN READ ONLY; {_set(always)}; DISCARD PLANS; SAVEPOINT planned"
        # Prepared statements outlive the transaction.
        forget = [
            f"{_UNDO}; DEALLOCATE {_NAME}_{number}"
            for number in range(len(variants))
            if one is settings[-1]
        ]
        try:
            first, *answers = ask_all([begin, *texts, *forget, "ROLLBACK"])
        except BaseException:
            ask_all(["ROLLBACK"])
            raise
        if isinstance(first, str):
            answers = [first] * len(answers)
        for number, answer in enumerate(answers[: len(variants)]):
            if isinstance(answer, str):
                errors[number] = errors[number] or answer
            else:
                plans[number][one] = read_plan(answer[0][0])
    for variant, found, error in zip(variants, plans, errors, strict=True):
        word = _FIRST_WORD.match(variant.text)
        if error and word and word[0].upper() not in _PLANNED:
            error = f"PostgreSQL plans no {word[0].upper()}"
        yield StatementPlans(variant, {} if error else found, error)


def _explain(
    variant: PlannedVariant,
    number: int,
    settings: AskedSettings,
    server_version: int,
    *,
    prepares: bool,
) -> str:
    """Return the statements that show the plan, of which the first undoes what those before have left.

    EXECUTE prunes partitions by the values that it is given; GENERIC_PLAN does not.
    """
    explain = "EXPLAIN (VERBOSE, FORMAT JSON"
    if settings is AskedSettings.PRODUCTION and server_version >= _GENERIC_PLAN_VERSION:
        return f"{_UNDO}; {explain}, GENERIC_PLAN) {variant.text}"
    name = f"{_NAME}_{number}"
    types = f" ({', '.join(variant.types)})" if variant.types else ""
    prepare = f"PREPARE {name}{types} AS {variant.text}\n; " if prepares else ""
    values = ", ".join(["NULL"] * len(variant.types))
    call = f"{name} ({values})" if values else name
    return f"{_UNDO}; {prepare}{explain}) EXECUTE {call}"


def _set(settings: Sequence[tuple[str, str]]) -> str:
    """Return the statements that make the settings, until the transaction or savepoint ends."""
    return "; ".join([f"SET LOCAL {name} = {value}" for name, value in settings])
