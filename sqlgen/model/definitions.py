"""The objects of a schema by their definitions: what a statement does depends on more than on types."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from .frozen import frozen


class ObjectGroup(StrEnum):
    """The objects that share one space of names."""

    RELATION = "relation"
    ROUTINE = "routine"
    TRIGGER = "trigger"
    RULE = "rule"
    POLICY = "policy"
    DEFAULT = "default"
    CHECK = "check"


class ObjectName(NamedTuple):
    """The name of an object, which is the same in each database.

    `part` tells apart what has one name: the types of a routine's arguments, or the trigger, policy, rule,
    constraint or column of the relation `name`.
    """

    group: ObjectGroup
    schema: str
    name: str
    part: str = ""

    def of_relation(self) -> "ObjectName":
        """Return the name of the relation that the object belongs to."""
        return ObjectName(ObjectGroup.RELATION, self.schema, self.name)


class ObjectUse(NamedTuple):
    """A use of an object; `column` is the column of a relation, empty where none is known."""

    object: ObjectName
    column: str = ""


@frozen(kw_only=True)
class DefinedObject:
    """An object of the user's.

    `kind` is what people call it (`view`, `function`, `table`). `definition` is SQL as PostgreSQL prints it, or
    the source of a routine; empty for tables. `uses` are the objects that the definition refers to. Those of a
    routine are not known if it `is_opaque`: its source is a text that PostgreSQL reads when it runs. `events`
    are the commands that a trigger, rule or policy is for: `select`, `insert`, `update`, `delete`. `columns` are
    those of a relation; of a trigger `UPDATE OF` these only, empty for all. `roles` are those that a policy is
    for. `is_generated`: of a DEFAULT, that the column is generated from it. `stored` tells apart what one database
    stores for the definition: names that change later are not in it.
    """

    name: ObjectName
    kind: str
    definition: str = ""
    uses: tuple[ObjectUse, ...] = ()
    is_opaque: bool = False
    events: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    is_generated: bool = False
    stored: str = ""


class KeyAction(NamedTuple):
    """A foreign key that writes the table `source` when rows of the table `target` change.

    `event` is the command on the target, `action` the one on the source. An UPDATE does so only if it changes
    one of the target's `columns`.
    """

    target: ObjectName
    columns: tuple[str, ...]
    event: str
    source: ObjectName
    action: str


@frozen(kw_only=True)
class RelationIdentity:
    """A relation of one database: its name, and its columns by their numbers, which no other column gets."""

    name: ObjectName
    columns: Mapping[int, str]


@frozen(kw_only=True)
class Definitions:
    """The objects of a database by name; `relations`, `routines` and `types` find names by its oids.

    `actions` are the foreign keys that write, `children` the partitions and descendants of tables.
    """

    objects: Mapping[ObjectName, DefinedObject]
    relations: Mapping[int, RelationIdentity]
    routines: Mapping[int, ObjectName]
    types: Mapping[int, tuple[str, str]]
    actions: tuple[KeyAction, ...] = ()
    children: tuple[tuple[ObjectName, ObjectName], ...] = ()
