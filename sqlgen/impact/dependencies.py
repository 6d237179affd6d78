"""The objects that a statement names -> all on whose definitions it depends: those of views, triggers and the like. Pure.

What a routine's source in a text refers to is not known to PostgreSQL. There, each word counts that is the name
of a relation or routine.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ..infer import ObjectUses, RelationUse
from ..model.definitions import (
    DefinedObject,
    Definitions,
    ObjectGroup,
    ObjectName,
    ObjectUse,
)
from ..model.identifiers import unquoted
from .view_texts import view_text

_WORD: Final = re.compile(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')
_WRITES: Final = frozenset({"insert", "update", "delete"})
_NONE: Final[frozenset[str]] = frozenset()


class Dependency(NamedTuple):
    """The way from a statement to an object.

    `through` is the object that leads to it, None if the statement names it. `columns` are those of a view
    that count, None for all. `events` are the commands for which a trigger, rule or policy counts.
    """

    through: ObjectName | None
    columns: frozenset[str] | None = None
    events: frozenset[str] = _NONE


class _Access(NamedTuple):
    """The commands on a relation, with the columns they read and change, None for all.

    `left` are those that an INSERT leaves to their DEFAULT, `reset` those that an UPDATE sets to it.
    """

    events: frozenset[str]
    reads: frozenset[str] | None = None
    changes: frozenset[str] | None = None
    left: frozenset[str] = _NONE
    reset: frozenset[str] = _NONE


class Dependencies:
    """Finds what statements depend on in one schema."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._parts: defaultdict[ObjectName, list[DefinedObject]] = defaultdict(list)
        self._by_word: defaultdict[str, list[ObjectName]] = defaultdict(list)
        for name, one in definitions.objects.items():
            if name.group in (ObjectGroup.RELATION, ObjectGroup.ROUTINE):
                self._by_word[name.name].append(name)
            else:
                self._parts[name.of_relation()].append(one)

    def of(
        self, uses: ObjectUses, text: str, role: str
    ) -> Mapping[ObjectName, Dependency]:
        """Return what a statement depends on that runs as a *role*, empty for a superuser.

        Of one that names nothing, the words of its *text* count: a CALL, for instance, has no tree.
        """
        search = _Search(self.definitions, self._parts, self._by_word, role)
        for use in uses.relations:
            if identity := self.definitions.relations.get(use.oid):
                search.relation(identity.name, self._access(use, identity.columns))
        for oid in sorted(uses.routines):
            if name := self.definitions.routines.get(oid):
                search.routine(name, None)
        if not uses.relations and not uses.routines:
            search.words(text, None)
        return search.found

    def _access(self, use: RelationUse, columns: Mapping[int, str]) -> _Access:
        def names(numbers: Iterable[int]) -> frozenset[str]:
            chosen = columns if 0 in (numbers := set(numbers)) else numbers
            return frozenset([columns[n] for n in chosen if n in columns])

        inserted = names(use.inserts)
        is_insert = "insert" in use.events
        return _Access(
            use.events,
            names(use.reads),
            names(use.changes),
            frozenset(columns.values()) - inserted if is_insert else _NONE,
            names(use.defaults),
        )


class _Search:
    """The search of one statement; each way is gone once."""

    def __init__(
        self,
        definitions: Definitions,
        parts: Mapping[ObjectName, list[DefinedObject]],
        by_word: Mapping[str, list[ObjectName]],
        role: str,
    ) -> None:
        self.found: dict[ObjectName, Dependency] = {}
        self._definitions, self._parts, self._by_word = definitions, parts, by_word
        self._role = role
        self._seen: set[tuple[ObjectName, _Access]] = set()
        self._followed: set[ObjectName] = set()

    def relation(
        self, name: ObjectName, access: _Access, through: ObjectName | None = None
    ) -> None:
        """Add what a relation leads to."""
        relation = self._definitions.objects.get(name)
        if relation is None or (name, access) in self._seen:
            return
        self._seen.add((name, access))
        is_view = bool(relation.definition)
        self._add(name, through, access.reads if is_view else _NONE)
        if is_view:
            self._view(relation, access)
        for part in self._parts.get(name, ()):
            self._part(part, access)
        writes = access.events & _WRITES
        for parent, child in self._definitions.children:
            if parent == name and writes:
                self.relation(child, _Access(writes, _NONE, access.changes), through)
        for action in self._definitions.actions:
            if (
                action.target == name
                and action.event in writes
                and (action.event == "delete" or _meet(access.changes, action.columns))
            ):
                event = frozenset({action.action})
                self.relation(action.source, _Access(event, _NONE), name)

    def routine(self, name: ObjectName, through: ObjectName | None) -> None:
        """Add what a routine leads to."""
        routine = self._definitions.objects.get(name)
        if routine is None or name in self.found:
            return
        self._add(name, through)
        if routine.is_opaque:
            self.words(routine.definition, name)
        else:
            self._uses(routine.uses, name, _commands(routine.definition))

    def words(self, text: str, through: ObjectName | None) -> None:
        """Add what the words of a text may name."""
        events = _commands(text)
        for word in dict.fromkeys(_WORD.findall(text)):
            plain = unquoted(word) if word.startswith('"') else word.lower()
            for name in self._by_word.get(plain, ()):
                if name == through:
                    continue
                if name.group is ObjectGroup.ROUTINE:
                    self.routine(name, through)
                else:
                    self.relation(name, _Access(events), through)

    def _view(self, view: DefinedObject, access: _Access) -> None:
        self._uses(_counting(view, access.reads), view.name, frozenset({"select"}))
        writes = access.events & _WRITES
        replaced = {
            event
            for part in self._parts.get(view.name, ())
            if part.name.group in (ObjectGroup.RULE, ObjectGroup.TRIGGER)
            for event in part.events
        }
        if below := writes - replaced:
            for name in dict.fromkeys([use.object for use in view.uses]):
                if name.group is ObjectGroup.RELATION:
                    self.relation(name, _Access(below, _NONE), view.name)

    def _part(self, part: DefinedObject, access: _Access) -> None:
        """Add what belongs to a relation, if such an access comes upon it."""
        group, column = part.name.group, part.name.part
        events = part.events & access.events
        if group is ObjectGroup.DEFAULT:
            if part.is_generated:
                counts = _meet(access.reads, [column])
            else:
                counts = column in access.left or column in access.reset
                events = frozenset({"update"} if column in access.reset else ())
        elif group is ObjectGroup.CHECK:
            counts = not access.events.isdisjoint({"insert", "update"})
        elif group is ObjectGroup.POLICY:
            counts = bool(events) and self._role in part.roles
        elif events == {"update"} and part.columns:
            counts = _meet(access.changes, part.columns)
        else:
            counts = bool(events)
        if not counts:
            return
        self._add(part.name, None, events=events)
        if part.name not in self._followed:
            self._followed.add(part.name)
            self._uses(part.uses, part.name, _commands(part.definition))

    def _uses(
        self, uses: Iterable[ObjectUse], through: ObjectName, events: frozenset[str]
    ) -> None:
        columns: defaultdict[ObjectName, set[str]] = defaultdict(set)
        for use in uses:
            if use.object.group is ObjectGroup.ROUTINE:
                self.routine(use.object, through)
            else:
                columns[use.object].update([use.column] if use.column else [])
        for name, read in columns.items():
            changes = None if events & _WRITES else _NONE
            self.relation(name, _Access(events, frozenset(read), changes), through)

    def _add(
        self,
        name: ObjectName,
        through: ObjectName | None,
        columns: frozenset[str] | None = None,
        events: frozenset[str] = _NONE,
    ) -> None:
        before = self.found.get(name)
        if before is None:
            self.found[name] = Dependency(through, columns, events)
            return
        both = (
            None
            if columns is None or before.columns is None
            else before.columns | columns
        )
        self.found[name] = Dependency(before.through, both, before.events | events)


def _counting(
    view: DefinedObject, columns: frozenset[str] | None
) -> Iterable[ObjectUse]:
    """Return the uses of a view without the routines that only other columns than these call."""
    text = view_text(view.definition, view.columns)
    if columns is None or not text.columns:
        return view.uses
    expressions = [one for name, one in text.columns.items() if name not in columns]
    others = set(" ".join(expressions).split())
    counting = [one for name, one in text.columns.items() if name in columns]
    words = set(" ".join([text.rest, *counting]).split())
    return [
        use
        for use in view.uses
        if use.object.group is not ObjectGroup.ROUTINE
        or use.object.name not in others - words
    ]


def _meet(columns: frozenset[str] | None, others: Iterable[str]) -> bool:
    return columns is None or not columns.isdisjoint(others)


def _commands(text: str) -> frozenset[str]:
    """Return the commands that a text may have: a SELECT, and those whose names are words of it."""
    words = {word.lower() for word in _WORD.findall(text)}
    commands = words & _WRITES
    if "merge" in words or "copy" in words:
        commands |= _WRITES
    return frozenset(commands | {"select"})
