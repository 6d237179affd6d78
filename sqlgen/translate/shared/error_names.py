"""Violations -> the names of their classes in the `errors` module."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ...model.constraints import ConstraintKind, Violation
from .. import names

_SUFFIXES: Final = {
    ConstraintKind.CHECK_OPTION: "check_option",
    ConstraintKind.NOT_NULL: "not_null",
}
"""The ends of class names for constraints that have no name of their own."""

_KINDS: Final = {kind: str(number) for number, kind in enumerate(ConstraintKind)}


def error_names(violations: Iterable[Violation]) -> dict[Violation, str]:
    """Return a class name for each violation, in the order of schemas, tables and names.

    It is the constraint's name. Where several constraints have one name, all of them get the table's in
    front, and then the schema's, so that a class never comes to mean another constraint.
    """
    in_order = sorted(violations, key=place)
    chosen: dict[Violation, str] = {}
    for make in (_plain, _with_relation, _with_schema):
        candidates = {each: make(each) for each in in_order if each not in chosen}
        times = Counter(candidates.values())
        taken = set(chosen.values())
        chosen |= {
            each: name
            for each, name in candidates.items()
            if times[name] == 1 and name not in taken
        }
    taken = set(chosen.values())
    for each in in_order:
        if each not in chosen:
            number = 2
            while (name := f"{_with_schema(each)}{number}") in taken:
                number += 1
            taken.add(name)
            chosen[each] = name
    return {each: chosen[each] for each in in_order}


def place(violation: Violation) -> tuple[str, ...]:
    """Return the place of a violation among others: by schema, table, kind and name."""
    return (
        violation.schema,
        violation.relation,
        _KINDS[violation.kind],
        *map(str, _rest(violation)),
    )


def _rest(violation: Violation) -> tuple[object, ...]:
    return violation.name, violation.definition, violation.aliases


def _plain(violation: Violation) -> str:
    if violation.kind in _SUFFIXES:
        return _with_relation(violation)
    return names.class_name(violation.name)


def _with_relation(violation: Violation) -> str:
    return names.class_name(_name(violation))


def _with_schema(violation: Violation) -> str:
    return names.class_name(f"{violation.schema}_{_name(violation)}")


def _name(violation: Violation) -> str:
    suffix = _SUFFIXES.get(violation.kind, "")
    return "_".join(filter(None, (violation.relation, violation.name, suffix)))
