"""A write, its table -> the columns that change beside those that the statement assigns. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ...model.catalog import Relation, RelationKind
from ...model.constraints import Trigger
from ..tree.query_level import CatalogIndex
from .trigger_bodies import assigned_columns

_VARIABLE: Final = re.compile(r":varattno (-?\d+)")


def assigned_by_triggers(
    table: Relation, event: str, assigned: Mapping[str, bool], index: CatalogIndex
) -> tuple[dict[str, bool], list[str]]:
    """Return the columns that known triggers assign, with whether these may be NULL, and what is not known.

    *event* is `insert`, `update` or `delete`, *assigned* what the statement assigns.
    """
    columns: dict[str, bool] = {}
    unknown = [f"the rules of `{table.name}`"] if table.has_rules else []
    events = {event}
    if table.kind is RelationKind.PARTITIONED and event == "update":
        events |= {"insert", "delete"}  # for a row that moves to another partition
    for trigger in table.triggers:
        if trigger.events.isdisjoint(events):
            continue
        if trigger.events.isdisjoint(events - {"update"}) and not _fires(
            trigger, assigned
        ):
            continue
        own = (
            assigned_columns(trigger.body, index.user_functions, index.user_operators)
            if trigger.is_before_row and trigger.body
            else None
        )
        if own is None:
            unknown.append(f"the trigger `{trigger.name}` of `{table.name}`")
        else:
            values = {name: value.may_be_null(table) for name, value in own.items()}
            columns = either(columns, values)
    return columns, unknown


def either(first: Mapping[str, bool], then: Mapping[str, bool]) -> dict[str, bool]:
    """Return the columns that the first or the second assigns; each may be NULL if one of them may.

    A trigger may be disabled, or have a condition, so that the value before it stays.
    """
    return {
        **first,
        **{name: null or first.get(name, False) for name, null in then.items()},
    }


def _fires(trigger: Trigger, assigned: Mapping[str, bool]) -> bool:
    """Return whether an UPDATE of these columns fires a trigger, which may be `UPDATE OF` others."""
    return not trigger.columns or not assigned.keys().isdisjoint(trigger.columns)


def generated(table: Relation, changed: Iterable[str]) -> list[str]:
    """Return the columns that are generated from changed ones."""
    names = {number: column.name for number, column in table.columns.items()}
    changed = set(changed)
    names_of_generated: list[str] = []
    for column in table.columns.values():
        if not column.generated:
            continue
        used = {names.get(int(n)) for n in _VARIABLE.findall(column.expression)}
        # Children may have another expression, which is not known, or the whole row is used.
        if not column.expression or None in used or used & changed:
            names_of_generated.append(column.name)
    return names_of_generated
