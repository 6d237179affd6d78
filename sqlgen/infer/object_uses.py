"""A description -> the relations and routines that its statement names, by their oids."""

from collections.abc import Iterator
from typing import Final

from ..model.description import Description
from ..model.frozen import frozen
from ..model.privileges import DELETE, INSERT, SELECT, UPDATE
from .tree.defaulted_columns import defaulted_columns
from .tree.enums import FIRST_LOW_INVALID_ATTRIBUTE, CmdType, RTEKind
from .tree.nodes import Node, parse

_CALLS: Final = ("funcid", "opfuncid", "aggfnoid", "winfnoid")
_EVENTS: Final = {
    SELECT: "select",
    INSERT: "insert",
    UPDATE: "update",
    DELETE: "delete",
}


@frozen(kw_only=True)
class RelationUse:
    """A relation that a statement reads or writes; `events` are the commands that it needs privileges for.

    `reads` are the columns that it reads, 0 for all of them; `changes` those that an UPDATE assigns, `inserts`
    those that an INSERT always gives a value, and `defaults` those that an UPDATE sets to DEFAULT.
    """

    oid: int
    events: frozenset[str]
    reads: frozenset[int] = frozenset()
    changes: frozenset[int] = frozenset()
    inserts: frozenset[int] = frozenset()
    defaults: frozenset[int] = frozenset()


@frozen
class ObjectUses:
    """The relations and routines that a statement names, not those that views and the like lead to."""

    relations: tuple[RelationUse, ...] = ()
    routines: frozenset[int] = frozenset()


def object_uses(description: Description) -> ObjectUses:
    """Return what the statement names in any of its forms; nothing is known of a utility statement."""
    relations: dict[RelationUse, None] = {}
    routines: set[int] = set()
    for tree in description.all_trees:
        for top in parse(tree):
            for node in top.walk():
                routines.update([node.number(call) for call in _CALLS])
                if node.tag == "QUERY":
                    relations.update(dict.fromkeys(_relations(node)))
    return ObjectUses(tuple(relations), frozenset(routines - {0}))


def _relations(query: Node) -> Iterator[RelationUse]:
    infos = query.nodes("rteperminfos")
    for number, entry in enumerate(query.nodes("rtable"), 1):
        index = entry.number("perminfoindex")
        # Before 16, the entry itself has the privileges.
        info = infos[index - 1] if index else entry
        required = info.number("requiredPerms")
        # PostgreSQL 18 keeps the oid of a view in the subquery that it became.
        if not required or entry.number("rtekind") != RTEKind.RELATION:
            continue
        inserts = _columns(info, "insertedCols")
        is_target = query.number("resultRelation") == number
        defaults = defaulted_columns(query) if is_target else frozenset()
        is_update = query.number("commandType") == CmdType.UPDATE
        yield RelationUse(
            oid=entry.number("relid"),
            events=frozenset(
                [event for bit, event in _EVENTS.items() if required & bit]
            ),
            reads=_columns(info, "selectedCols"),
            changes=_columns(info, "updatedCols"),
            inserts=inserts - defaults,
            defaults=defaults if is_update else frozenset(),
        )


def _columns(info: Node, field: str) -> frozenset[int]:
    return frozenset([bit + FIRST_LOW_INVALID_ATTRIBUTE for bit in info.numbers(field)])
