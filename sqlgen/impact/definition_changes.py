"""The dependencies of a statement in two schemas -> the objects that are defined differently. Pure.

The types are the same, or other findings tell of them: the code runs, but what it reads or writes means
something else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from ..model.catalog import EnumType
from ..model.definitions import DefinedObject, ObjectGroup, ObjectName
from ..model.typed import ColumnName, TypedQuery
from .dependencies import Dependency
from .findings import Consequence, Mismatch
from .row_changes import Schemas
from .same_definitions import is_same
from .schema import Schema
from .type_changes import base_type

Dependencies: TypeAlias = Mapping[ObjectName, Dependency]
"""The objects that a statement depends on in one schema."""

_NAMED: Final = frozenset({ObjectGroup.RELATION, ObjectGroup.ROUTINE})
_REFUSING: Final = frozenset({"insert", "update"})


def definition_changes(
    before: TypedQuery,
    after: TypedQuery,
    dependencies: tuple[Dependencies, Dependencies],
    schemas: Schemas,
) -> Iterator[Mismatch]:
    """Yield the views, routines, triggers, rules, policies and defaults that are defined differently.

    *dependencies* are those of the statement in each of the two schemas.
    """
    told = {*after.unknown_effects} - {*before.unknown_effects}
    for name in sorted(dependencies[0].keys() | dependencies[1].keys()):
        ways = [one[name] for one in dependencies if name in one]
        old, new = (schema.definitions.objects.get(name) for schema in schemas)
        if _effect(name) in told or name.group is ObjectGroup.CHECK:
            continue
        if name.group is ObjectGroup.DEFAULT:
            is_reset = any(way.events for way in ways)
            yield from _default(name, old, new, schemas, is_reset=is_reset)
        elif old and new:
            if not is_same(old, new, ways, schemas):
                how = (
                    "is defined differently"
                    if old.kind == new.kind
                    else f"is a {new.kind} now"
                )
                yield _change(old, how, old, new, ways, schemas)
        elif (one := old or new) and name.group not in _NAMED:
            how = "does not exist now" if old else "takes part now"
            yield _change(one, how, old, new, ways, schemas)
    yield from _other_names(dependencies, schemas)
    yield from _other_order(before.reads, schemas)


def _change(
    named: DefinedObject,
    how: str,
    old: DefinedObject | None,
    new: DefinedObject | None,
    ways: Sequence[Dependency],
    schemas: Schemas,
) -> Mismatch:
    message = f"{titled(named)} {how}{_through(ways, schemas)}"
    group = ways[0].through.group if ways[0].through else named.name.group
    if group is ObjectGroup.CHECK or (
        group is ObjectGroup.POLICY and _may_refuse(old, new, ways)
    ):
        return Mismatch(
            Consequence.MAY_FAIL, "", f"{message}, and may refuse what it writes"
        )
    return Mismatch(Consequence.CHANGES, "", message)


def titled(one: DefinedObject) -> str:
    """Return an object as messages name it: `view "chips"`, `trigger "stamp" of "pets"`."""
    name = one.name
    schema = "" if name.schema == "public" else f"{name.schema}."
    match name.group:
        case ObjectGroup.RELATION:
            return f'{one.kind} "{schema}{name.name}"'
        case ObjectGroup.ROUTINE:
            return f'{one.kind} "{schema}{name.name}({name.part})"'
        case _:
            return f'{one.kind} "{name.part}" of "{schema}{name.name}"'


def _effect(name: ObjectName) -> str:
    """Return what `TypedQuery.unknown_effects` calls an object."""
    match name.group:
        case ObjectGroup.TRIGGER:
            return f"the trigger `{name.part}` of `{name.name}`"
        case ObjectGroup.RULE:
            return f"the rules of `{name.name}`"
        case _:
            return f"the function `{name.name}`"


def _default(
    name: ObjectName,
    old: DefinedObject | None,
    new: DefinedObject | None,
    schemas: Schemas,
    *,
    is_reset: bool,
) -> Iterator[Mismatch]:
    """Yield another value of a column that is left to its default, or that is generated.

    `is_reset`: an UPDATE sets it to DEFAULT.
    """
    column = ColumnName(name.schema, name.name, name.part)
    before, after = (schema.column(column) for schema in schemas)
    if (
        before is None
        or after is None
        or (old and new and is_same(old, new, (), schemas))
    ):
        return
    identities = schemas[1].identities
    if identities and identities.fate(column):
        return  # it is another column
    if new is None and after.not_null:
        # An INSERT that leaves it out is refused already.
        if is_reset:
            message = f"sets {name.name}.{name.part} to DEFAULT, which is NULL now"
            yield Mismatch(Consequence.MAY_FAIL, "", message)
        return
    was, is_ = (one.definition if one else "NULL" for one in (old, new))
    place = f"{name.name}.{name.part}"
    if any(one and one.is_generated for one in (old, new)):
        message = f"{place} is generated as {is_} now, not as {was}"
    else:
        message = f"leaves {place} to its default, which is {is_} now, not {was}"
    yield Mismatch(Consequence.CHANGES, "", message)


def _may_refuse(
    old: DefinedObject | None, new: DefinedObject | None, ways: Iterable[Dependency]
) -> bool:
    """Return whether a policy may refuse rows that are written, which it did not before."""
    if all(way.events.isdisjoint(_REFUSING) for way in ways):
        return False
    if old is None or new is None:
        # `t` is a permissive policy, which only adds rows.
        loosens = new if old is None else old
        is_permissive = loosens is not None and loosens.definition.startswith("t ")
        return is_permissive == (new is None)
    return True


def _other_names(
    dependencies: tuple[Dependencies, Dependencies], schemas: Schemas
) -> Iterator[Mismatch]:
    """Yield the relations and routines that names in the statement stand for now, and did not before."""
    before, after = (
        {n for n, way in one.items() if way.through is None and n.group in _NAMED}
        for one in dependencies
    )
    for name in sorted(after - before):
        others = sorted(
            [
                other
                for other in before - after
                if (other.group, other.name) == (name.group, name.name)
            ]
        )
        if others:
            new = schemas[1].definitions.objects[name]
            old = schemas[0].definitions.objects[others[0]]
            message = f"uses {titled(new)} now, not {titled(old)}"
            yield Mismatch(Consequence.CHANGES, "", message)


def _other_order(reads: Iterable[ColumnName], schemas: Schemas) -> Iterator[Mismatch]:
    """Yield the enums whose labels sort otherwise."""
    for name in reads:
        before, after = (_enum(schema, name) for schema in schemas)
        if before is None or after is None:
            continue
        both = {*before.labels} & {*after.labels}
        orders = [[v for v in one.labels if v in both] for one in (before, after)]
        if orders[0] != orders[1]:
            message = f"the labels of {after.display} have another order"
            yield Mismatch(Consequence.CHANGES, "", message)


def _enum(schema: Schema, name: ColumnName) -> EnumType | None:
    column = schema.column(name)
    type_ = base_type(column.type) if column else None
    return type_ if isinstance(type_, EnumType) else None


def _through(ways: Sequence[Dependency], schemas: Schemas) -> str:
    """Return what leads from the statement to an object that it does not name itself."""
    through = ways[0].through
    objects = (
        [schema.definitions.objects.get(through) for schema in schemas]
        if through
        else []
    )
    one = next(filter(None, objects), None)
    return f", through {titled(one)}" if one else ""
