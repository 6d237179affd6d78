"""`pg_class` -> the tables of the user, those above and below each, and the constraints that they share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...model import postgres
from ...model.constraints import Constraint, ConstraintKind, Violation
from ..columns import Inheritance
from .reported_names import ReportedNames

OURS = f">= '{postgres.FIRST_NORMAL_OBJECT_ID}'"
"""The condition for the oids of what does not come with PostgreSQL."""

TABLES = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind = 'p',
       -- The names of the columns of the partition key; NULL stands for an expression.
       ARRAY(SELECT a.attname FROM pg_catalog.unnest(p.partattrs::pg_catalog.int2[]) AS k (n)
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.n)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.oid {OURS}
ORDER BY c.oid
"""


class NamedTable(NamedTuple):
    """A table with its names, and the columns of its partition key; None there stands for an expression."""

    schema: str
    name: str
    partitioned: bool
    key: Sequence[str | None]


class EnforcedRule(NamedTuple):
    """A constraint of one table; those of one tree of tables with the same `root` are one."""

    table: int
    root: object
    kind: ConstraintKind
    name: str
    definition: str
    facts: dict[str, Any]


class TableTrees(NamedTuple):
    """The tables, and those above and below each."""

    tables: Mapping[int, NamedTable]
    inheritance: Inheritance
    ancestors: Mapping[int, set[int]]

    def names(self, rule: EnforcedRule) -> tuple[str, str, str]:
        """Return the schema, the table and the name by which PostgreSQL reports a rule."""
        table = self.tables[rule.table]
        return table.schema, table.name, rule.name

    def topmost(self, table: int, having: Iterable[int]) -> int:
        """Return the ancestor of a table that is the furthest, of those *having* a constraint."""
        others = self.ancestors.get(table, set()) & set(having)
        ranks = [(len(self.ancestors.get(oid, ())), oid) for oid in (table, *others)]
        return min(ranks)[1]

    def partition_keys(self) -> dict[int, tuple[str, ...] | None]:
        """Return the columns that decide on the partition of a row, by table; None if any may do so."""
        keys: dict[int, tuple[str, ...] | None] = {}
        for oid, table in self.tables.items():
            if table.partitioned:
                within = self.inheritance.descendants.get(oid, ())
                parts = [self.tables[child] for child in within if child in self.tables]
                names = [name for part in (table, *parts) for name in part.key]
                columns = tuple(sorted({name for name in names if name is not None}))
                keys[oid] = None if None in names else columns
        return keys

    def with_descendants(
        self, merged: Mapping[int, Mapping[object, Constraint]]
    ) -> dict[int, tuple[Constraint, ...]]:
        """Return the constraints of each table and of its descendants, each once."""
        constraints: dict[int, tuple[Constraint, ...]] = {}
        for oid, table in self.tables.items():
            own = dict(merged.get(oid, {}))
            for child in sorted(self.inheritance.descendants.get(oid, ())):
                for root, constraint in merged.get(child, {}).items():
                    if root not in own:
                        own[root] = (
                            constraint
                            if table.partitioned
                            else _without_inserts(constraint)
                        )
            if own:
                constraints[oid] = tuple(own.values())
        return constraints


def _without_inserts(constraint: Constraint) -> Constraint:
    return replace(constraint, takes_inserts=False)


def merged_rules(
    found: Iterable[EnforcedRule], trees: TableTrees, reported: ReportedNames
) -> dict[int, dict[object, Constraint]]:
    """Return each table's own constraints by their roots, under the names of these."""
    by_root: defaultdict[object, list[EnforcedRule]] = defaultdict(list)
    for one in found:
        by_root[one.root].append(one)
    merged: defaultdict[int, dict[object, Constraint]] = defaultdict(dict)
    for root, members in by_root.items():
        first = members[0]
        top = trees.topmost(first.table, [member.table for member in members])
        main = next(member for member in members if member.table == top)
        table = trees.tables[top]
        names = {reported.alias(*trees.names(member)) for member in members}
        violation = Violation(
            main.kind,
            table.schema,
            table.name,
            main.name,
            main.definition,
            tuple(sorted(names - {(table.name, main.name)})),
        )
        oids = frozenset[int]().union(*(m.facts.get("oids", ()) for m in members))
        for member in members:
            facts = {**member.facts, "oids": oids}
            merged[member.table][root] = Constraint(violation=violation, **facts)
    return merged
