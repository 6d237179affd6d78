"""Writes -> the constraints that they, and what follows from them, can violate.

A DELETE reaches further rows by ON DELETE CASCADE and SET NULL, an UPDATE of a key by ON UPDATE, and these
may again violate constraints of their tables.
"""

from collections.abc import Callable, Mapping, Sequence

from ...model.catalog import Catalog, Column, Relation
from ...model.constraints import (
    Constraint,
    ConstraintKind,
    IncomingKey,
    Violation,
)
from ..tree.query_level import catalog_index
from .changed_columns import assigned_by_triggers, either, generated
from .domain_values import violations_of
from .held_constraints import (
    FUNCTION,
    INDEXES,
    KEYS,
    HeldConstraints,
    PassesNulls,
    refers_to_nothing,
)
from .writes import TableWrite

MayBeNull = Callable[[Column], bool]
"""Tells whether the default of a column may be NULL."""


class Effects:
    """Gathers what writes can violate: `immediate` at once, `deferred` at COMMIT.

    `unknown` names what else takes part, of which nothing is known.
    """

    def __init__(
        self,
        catalog: Catalog,
        default_may_be_null: MayBeNull,
        passes_nulls: PassesNulls,
    ) -> None:
        self.immediate: dict[Violation, None] = {}
        self.deferred: dict[Violation, None] = {}
        self.unknown: dict[str, None] = {}
        self._catalog = catalog
        self._index = catalog_index(catalog)
        self._default_may_be_null = default_may_be_null
        self._held = HeldConstraints(catalog, passes_nulls)
        self._seen: set[tuple[int, str, frozenset[tuple[str, bool]]]] = set()

    def add(self, write: TableWrite) -> None:
        """Add what a write of the statement itself can violate."""
        self._check_views(write)
        match write.event:
            case "insert":
                self._insert(
                    write.relation, write.assigned, write.defaulted, write.arbiters
                )
            case "update":
                self._update(write.relation, write.assigned)
            case _:
                self._delete(write.relation)

    def add_domains(self, column: Column, may_be_null: bool) -> None:
        """Add the constraints of the domains that a column's values are of."""
        violations = violations_of(column.type, may_be_null, self._catalog.domains)
        self.immediate.update(dict.fromkeys(violations))

    def add_function(self, oid: int) -> None:
        """Add a function that is called, if it is the user's and may write itself."""
        routine = self._catalog.functions.get(oid)
        if (
            routine is not None
            and not routine.system
            and routine.volatile
            and not routine.extension
        ):
            self.unknown[f"the function `{routine.name}`"] = None

    def _check_views(self, write: TableWrite) -> None:
        """Add the CHECK OPTIONs of views; a row of the view stays one if nothing that counts is changed."""
        table = write.relation
        changes_unknown = write.sees_all or ("before", "update") in table.row_triggers
        changed = {*write.assigned, *generated(table, write.assigned)}
        for view in write.views:
            if (
                write.event == "insert"
                or changes_unknown
                or view.columns is None
                or not changed.isdisjoint(view.columns)
            ):
                self.immediate[view.violation] = None

    def _insert(
        self,
        table: Relation,
        assigned: Mapping[str, bool],
        defaulted: frozenset[str],
        arbiters: frozenset[Constraint],
    ) -> None:
        """Add what an INSERT can violate; a column that is only sometimes *defaulted* counts as assigned.

        With its value, the constraints are the same as with its DEFAULT, and more.
        """
        columns = {column.name: column for column in table.columns.values()}
        lacking = {c.name: None for c in columns.values() if self._may_lack(c)}
        given = either(assigned, self._assigned_by_triggers(table, "insert", assigned))
        given |= {name: True for name in lacking if name in defaulted}
        given |= {name: True for name in lacking if name in given.keys() - assigned}
        given |= dict.fromkeys(generated(table, given), True)
        nulls = frozenset(
            [
                name
                for name, column in columns.items()
                if name not in given and not column.has_default and not column.identity
            ]
        )
        for name, column in columns.items():
            if name in given or not column.default_fits:
                self.add_domains(column, given.get(name, name in lacking))
            if name in defaulted or name not in assigned:
                for oid in FUNCTION.findall(column.default):
                    self.add_function(int(oid))
        for constraint in table.constraints:
            kind = constraint.violation.kind
            if not constraint.takes_inserts or constraint in arbiters:
                continue
            if kind is ConstraintKind.NOT_NULL:
                name = constraint.violation.name
                if not given.get(name, name in lacking):
                    continue
            elif kind is ConstraintKind.CHECK:
                if self._held.passes(constraint, table, nulls):
                    continue
            elif kind in KEYS:
                if refers_to_nothing(constraint, given, columns):
                    continue
            elif kind in INDEXES and not self._held.may_conflict(
                constraint, given, columns
            ):
                continue
            self._add(constraint)

    def _update(
        self,
        table: Relation,
        assigned: Mapping[str, bool],
        nulled: frozenset[str] = frozenset(),
    ) -> None:
        """Add what an UPDATE can violate; *nulled* are the columns that it sets to NULL."""
        by_triggers = self._assigned_by_triggers(table, "update", assigned)
        changed = either(assigned, by_triggers)
        nulled -= by_triggers.keys()
        changed |= dict.fromkeys(generated(table, changed), True)
        if not self._is_new(table, "update", changed):
            return
        # A row that moves to another partition is inserted there, and obeys what only that one asks for.
        key_columns = table.partition_key
        moves = key_columns is None or not changed.keys().isdisjoint(key_columns)
        for column in table.columns.values():
            if column.name in changed:
                self.add_domains(column, changed[column.name])
        for constraint in table.constraints:
            columns = constraint.columns
            if constraint.violation.kind is ConstraintKind.NOT_NULL:
                touches = changed.get(constraint.violation.name, False)
            else:
                touches = columns is None or not changed.keys().isdisjoint(columns)
            moved = moves and (
                constraint.violation.kind in KEYS
                or constraint.violation.relation != table.name
            )
            if (
                moved
                or constraint.is_unstable
                or (
                    touches
                    and not self._held.holds_for_nulls(constraint, table, nulled)
                )
            ):
                self._add(constraint)
        for key in table.incoming:
            if not changed.keys().isdisjoint(key.target_columns):
                self._change_key(key, changed)

    def _delete(self, table: Relation) -> None:
        self._assigned_by_triggers(table, "delete", {})
        if not self._is_new(table, "delete", {}):
            return
        for key in table.incoming:
            source = self._catalog.relations.get(key.source)
            if key.on_delete in "ar":
                self._add(key.constraint, restricts=key.on_delete == "r")
            elif source is not None and key.on_delete == "c":
                self._delete(source)
            elif source is not None:
                self._set(key, source, key.set_columns, key.on_delete)

    def _change_key(self, key: IncomingKey, changed: Mapping[str, bool]) -> None:
        """Add what a change of the columns that a foreign key refers to can violate."""
        source = self._catalog.relations.get(key.source)
        if key.on_update in "ar":
            self._add(key.constraint, restricts=key.on_update == "r")
        elif source is not None and key.on_update == "c":
            pairs = zip(key.source_columns, key.target_columns, strict=True)
            self._update(
                source, {column: changed.get(target, True) for column, target in pairs}
            )
        elif source is not None:
            self._set(key, source, key.source_columns, key.on_update)

    def _set(
        self, key: IncomingKey, source: Relation, columns: Sequence[str], action: str
    ) -> None:
        """Add what SET NULL (`n`) or SET DEFAULT (`d`) can violate.

        Rows that refer to the default already are found at once, also by a deferred key
        (`RI_FKey_setdefault_del` in ri_triggers.c).
        """
        if action == "d":
            self._add(key.constraint, restricts=True)
        nulled = frozenset(columns if action == "n" else ())
        self._update(source, dict.fromkeys(columns, True), nulled)

    def _add(self, constraint: Constraint, *, restricts: bool = False) -> None:
        # RESTRICT does not wait, whatever the constraint says (CREATE TABLE, "RESTRICT").
        is_deferred = constraint.is_deferred and not restricts
        (self.deferred if is_deferred else self.immediate)[constraint.violation] = None

    def _is_new(self, table: Relation, event: str, changed: Mapping[str, bool]) -> bool:
        key = table.oid, event, frozenset(changed.items())
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _assigned_by_triggers(
        self, table: Relation, event: str, assigned: Mapping[str, bool]
    ) -> dict[str, bool]:
        """Return the columns that known triggers assign, and whether these may be NULL."""
        columns, unknown = assigned_by_triggers(table, event, assigned, self._index)
        self.unknown.update(dict.fromkeys(unknown))
        return columns

    def _may_lack(self, column: Column) -> bool:
        """Return whether a column that an INSERT gives no value for may be NULL."""
        if column.identity:
            return False
        return not column.has_default or self._default_may_be_null(column)
