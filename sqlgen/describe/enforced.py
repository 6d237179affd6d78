"""`pg_index`, `pg_constraint`, `pg_trigger` -> what a write to each table may violate or set off.

Other facts about constraints (`constraints.py`) are of what rows obey, for proofs. These are of what is
enforced: also constraints that are NOT VALID, and indexes that are still being built.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import psycopg

from ..model import postgres
from ..model.constraints import (
    Constraint,
    ConstraintKind,
    DomainName,
    IncomingKey,
    Trigger,
    Violation,
)
from ..model.frozen import frozen
from .columns import Inheritance

_OURS = f">= {postgres.FIRST_NORMAL_OBJECT_ID}"

_TABLES = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind = 'p'
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid {_OURS}
ORDER BY c.oid
"""

_INDEXES = f"""
SELECT i.indexrelid,
       i.indrelid,
       x.relname,
       -- The index of the partitioned table that this one is a part of.
       coalesce((SELECT h.inhparent FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid), 0),
       i.indisexclusion,
       -- The key columns without those of INCLUDE; expressions are missing.
       ARRAY(
           SELECT a.attname
           FROM generate_series(0, i.indnkeyatts - 1) AS n
           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
           ORDER BY n
       ),
       i.indnkeyatts,
       coalesce(i.indexprs::text, ''),
       coalesce(i.indpred::text, ''),
       coalesce(c.condeferred, false),
       coalesce(c.oid, 0),
       coalesce(
           pg_get_constraintdef(c.oid),
           'UNIQUE (' || (
               SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n)
               FROM generate_series(1, i.indnkeyatts) AS n
           ) || ')' || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid, true), '')
       ),
       -- NULLS NOT DISTINCT (15); 14 does not have the column.
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE (i.indisunique OR i.indisexclusion) AND t.relkind IN ('r', 'p') AND t.oid {_OURS}
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""

_CHECKS = f"""
SELECT c.conrelid, c.conname, c.conbin::text, pg_get_constraintdef(c.oid, true), c.convalidated
FROM pg_constraint AS c
WHERE c.contype = 'c' AND c.conrelid {_OURS}
  -- NOT ENFORCED (18): no row need satisfy it.
  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.conname
"""

_FOREIGN_KEYS = f"""
SELECT c.oid,
       c.conparentid,
       c.conname,
       c.conrelid,
       c.confrelid,
       ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k (n, place)
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY place),
       ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY AS k (n, place)
             JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY place),
       -- ON DELETE SET NULL (column) (15); 14 does not have it, and sets all columns.
       ARRAY(SELECT a.attname FROM jsonb_array_elements_text(
                 coalesce(nullif(to_jsonb(c) -> 'confdelsetcols', 'null'), to_jsonb(c.conkey))) AS k (n)
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n::int),
       c.confdeltype,
       c.confupdtype,
       c.condeferred,
       pg_get_constraintdef(c.oid, true)
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.conrelid {_OURS}
  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
ORDER BY c.conrelid, c.oid
"""

_NOT_NULL = f"""
SELECT a.attrelid, a.attname
FROM pg_attribute AS a
JOIN pg_class AS t ON t.oid = a.attrelid
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND t.relkind IN ('r', 'p')
  AND t.oid {_OURS}
ORDER BY a.attrelid, a.attnum
"""

_NOT_NULL_NOT_VALID = """
-- NOT NULL … NOT VALID (18): old rows may have a NULL.
SELECT c.conrelid, a.attname
FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'n' AND c.conrelid <> 0 AND NOT c.convalidated
"""

_DOMAINS = f"""
SELECT t.oid, n.nspname, t.typname, t.typbasetype, t.typnotnull
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND t.oid {_OURS}
ORDER BY t.oid
"""

_DOMAIN_CHECKS = """
SELECT c.contypid, c.conname, pg_get_constraintdef(c.oid, true)
FROM pg_constraint AS c
WHERE c.contype = 'c' AND c.contypid <> 0
ORDER BY c.contypid, c.conname
"""

_UNSTABLE_FUNCTIONS = f"""
-- A function of the user's may read other tables, whatever it is declared as.
SELECT oid FROM pg_proc WHERE provolatile <> 'i' OR oid {_OURS}
"""

_TRIGGERS = f"""
-- The bits of tgtype (catalog/pg_trigger.h): 1 is FOR EACH ROW, 2 BEFORE, 4 INSERT, 8 DELETE, 16 UPDATE.
SELECT t.tgrelid,
       t.tgname,
       array_remove(ARRAY[
           CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END,
           CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END,
           CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END
       ], NULL),
       ARRAY(SELECT a.attname FROM unnest(t.tgattr::int2[]) AS k (n)
             JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = k.n),
       t.tgtype & 3 = 3,
       p.proname,
       CASE l.lanname WHEN 'plpgsql' THEN p.prosrc ELSE '' END
FROM pg_trigger AS t
JOIN pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_language AS l ON l.oid = p.prolang
-- Foreign keys are checked by internal triggers. A partition has copies of its parent's.
WHERE (NOT t.tgisinternal OR t.tgparentid <> 0) AND t.tgrelid {_OURS}
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.oid = t.tgconstraint AND c.contype <> 't')
ORDER BY t.tgrelid, t.tgname
"""

_VARIABLE = re.compile(r":varattno (-?\d+)")
_FUNCTION = re.compile(r":(?:funcid|opfuncid|aggfnoid) (\d+)")


@frozen(kw_only=True)
class EnforcedConstraints:
    """What writes may violate or set off: by the table's oid, of domains by their names."""

    constraints: Mapping[int, tuple[Constraint, ...]]
    incoming: Mapping[int, tuple[IncomingKey, ...]]
    triggers: Mapping[int, tuple[Trigger, ...]]
    domains: Mapping[DomainName, tuple[Violation, ...]]


class _NamedTable(NamedTuple):
    schema: str
    name: str
    partitioned: bool


class _Found(NamedTuple):
    """A constraint of one table; those of one tree of tables with the same `root` are one."""

    table: int
    root: object
    kind: ConstraintKind
    name: str
    definition: str
    facts: dict[str, Any]


def enforced(
    connection: psycopg.Connection[Any],
    inheritance: Inheritance,
    numbers: Mapping[int, Mapping[int, str]],
) -> EnforcedConstraints:
    """Return all that is enforced; *numbers* are the names of each table's columns by number."""
    tables = {oid: _NamedTable(*row) for oid, *row in connection.execute(_TABLES)}
    ancestors: defaultdict[int, set[int]] = defaultdict(set)
    for parent, descendants in inheritance.descendants.items():
        for child in descendants:
            ancestors[child].add(parent)
    trees = _Trees(tables, inheritance, ancestors)
    keys = list(connection.execute(_FOREIGN_KEYS))
    found = [
        *_indexes(connection, numbers),
        *_checks(connection, numbers, trees),
        *_not_null(connection, trees),
        *_references(keys),
    ]
    merged = _merged(found, trees)
    return EnforcedConstraints(
        constraints=trees.with_descendants(merged),
        incoming=_incoming(keys, merged, trees),
        triggers=_triggers(connection, inheritance),
        domains=_domains(connection),
    )


class _Trees(NamedTuple):
    """The tables, and those above and below each."""

    tables: Mapping[int, _NamedTable]
    inheritance: Inheritance
    ancestors: Mapping[int, set[int]]

    def topmost(self, table: int, having: Iterable[int]) -> int:
        """Return the ancestor of a table that is the furthest, of those *having* a constraint."""
        others = self.ancestors.get(table, set()) & set(having)
        ranks = [(len(self.ancestors.get(oid, ())), oid) for oid in (table, *others)]
        return min(ranks)[1]

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


def _merged(
    found: Iterable[_Found], trees: _Trees
) -> dict[int, dict[object, Constraint]]:
    """Return each table's own constraints by their roots, under the names of these."""
    by_root: defaultdict[object, list[_Found]] = defaultdict(list)
    for one in found:
        by_root[one.root].append(one)
    merged: defaultdict[int, dict[object, Constraint]] = defaultdict(dict)
    for root, members in by_root.items():
        first = members[0]
        top = trees.topmost(first.table, [member.table for member in members])
        main = next(member for member in members if member.table == top)
        table = trees.tables[top]
        names = {(trees.tables[m.table].name, m.name) for m in members}
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


def _columns(
    names: Iterable[str], trees: Iterable[str], numbers: Mapping[int, str]
) -> tuple[str, ...] | None:
    """Return the *names* and those of the columns in *trees*; None where a whole row is in them."""
    columns = dict.fromkeys(names)
    for tree in trees:
        for number in map(int, _VARIABLE.findall(tree)):
            if number not in numbers:
                return None
            columns[numbers[number]] = None
    return tuple(columns)


def _indexes(
    connection: psycopg.Connection[Any], numbers: Mapping[int, Mapping[int, str]]
) -> Iterable[_Found]:
    rows = list(connection.execute(_INDEXES))
    parents = {row[0]: row[3] for row in rows}
    for row in rows:
        oid, table, name, _, exclusion, names, width, expressions, predicate = row[:9]
        deferred, constraint, definition, nulls_conflict = row[9:]
        root = oid
        while parents.get(root):
            root = parents[root]
        yield _Found(
            table,
            ("index", root),
            ConstraintKind.EXCLUSION if exclusion else ConstraintKind.UNIQUE,
            name,
            definition,
            {
                "columns": _columns(
                    names, (expressions, predicate), numbers.get(table, {})
                ),
                "is_deferred": deferred,
                "oids": frozenset({constraint} - {0}),
                "keys": tuple(names),
                "expressions": width - len(names),
                "predicate": predicate,
                "nulls_conflict": nulls_conflict,
            },
        )


def _checks(
    connection: psycopg.Connection[Any],
    numbers: Mapping[int, Mapping[int, str]],
    trees: _Trees,
) -> Iterable[_Found]:
    unstable = {oid for (oid,) in connection.execute(_UNSTABLE_FUNCTIONS)}
    rows = [row for row in connection.execute(_CHECKS) if row[0] in trees.tables]
    having: defaultdict[str, set[int]] = defaultdict(set)
    for table, name, *_ in rows:
        having[name].add(table)
    for table, name, tree, definition, validated in rows:
        functions = map(int, _FUNCTION.findall(tree))
        yield _Found(
            table,
            ("check", name, trees.topmost(table, having[name])),
            ConstraintKind.CHECK,
            name,
            definition,
            {
                "columns": _columns((), [tree], numbers.get(table, {})),
                "is_unstable": not validated
                or "{SQLVALUEFUNCTION" in tree
                or not unstable.isdisjoint(functions),
            },
        )


def _not_null(connection: psycopg.Connection[Any], trees: _Trees) -> Iterable[_Found]:
    not_valid = set(connection.execute(_NOT_NULL_NOT_VALID).fetchall())
    rows = connection.execute(_NOT_NULL).fetchall()
    having: defaultdict[str, set[int]] = defaultdict(set)
    for table, column in rows:
        having[column].add(table)
    for table, column in rows:
        yield _Found(
            table,
            ("not null", column, trees.topmost(table, having[column])),
            ConstraintKind.NOT_NULL,
            column,
            f"{column} NOT NULL",
            {"columns": (column,), "is_unstable": (table, column) in not_valid},
        )


def _roots(keys: Iterable[Any]) -> dict[int, int]:
    """Return the foreign key of the topmost tables for each, by oid."""
    parents = {row[0]: row[1] for row in keys}
    roots: dict[int, int] = {}
    for oid in parents:
        root = oid
        while parents.get(root):
            root = parents[root]
        roots[oid] = root
    return roots


def _references(keys: list[Any]) -> Iterable[_Found]:
    roots = _roots(keys)
    for row in keys:
        oid, _, name, table, _, columns, _, _, on_delete, on_update, deferred, text = (
            row
        )
        restricts = "r" in (on_delete, on_update)
        yield _Found(
            table,
            ("foreign key", roots[oid]),
            ConstraintKind.RESTRICT_KEY if restricts else ConstraintKind.FOREIGN_KEY,
            name,
            text,
            {
                "columns": tuple(columns),
                "is_deferred": deferred,
                "oids": frozenset({oid}),
            },
        )


def _incoming(
    keys: list[Any], merged: Mapping[int, Mapping[object, Constraint]], trees: _Trees
) -> dict[int, tuple[IncomingKey, ...]]:
    roots = _roots(keys)
    incoming: defaultdict[int, dict[tuple[int, int], IncomingKey]] = defaultdict(dict)
    for row in keys:
        oid, _, _, source, target, columns, target_columns, set_columns = row[:8]
        root = "foreign key", roots[oid]
        key = IncomingKey(
            constraint=merged[source][root],
            source=source,
            source_columns=tuple(columns),
            target_columns=tuple(target_columns),
            on_delete=row[8],
            on_update=row[9],
            set_columns=tuple(set_columns),
        )
        # A statement on a table also changes the rows of its descendants.
        for table in (target, *trees.ancestors.get(target, ())):
            incoming[table].setdefault((roots[oid], source), key)
    return {table: tuple(found.values()) for table, found in incoming.items()}


def _triggers(
    connection: psycopg.Connection[Any], inheritance: Inheritance
) -> dict[int, tuple[Trigger, ...]]:
    own: defaultdict[int, list[Trigger]] = defaultdict(list)
    for table, name, events, columns, before_row, function, body in connection.execute(
        _TRIGGERS
    ):
        own[table].append(
            Trigger(
                name=name,
                events=frozenset(events),
                columns=tuple(columns),
                is_before_row=before_row,
                function=function,
                body=body,
            )
        )
    triggers = {table: dict.fromkeys(found) for table, found in own.items()}
    for parent, descendants in inheritance.descendants.items():
        for child in sorted(descendants & own.keys()):
            triggers.setdefault(parent, {}).update(dict.fromkeys(own[child]))
    return {table: tuple(found) for table, found in triggers.items()}


def _domains(
    connection: psycopg.Connection[Any],
) -> dict[DomainName, tuple[Violation, ...]]:
    """Return the constraints of each domain and of those that it is based on."""
    domains = {row[0]: row[1:] for row in connection.execute(_DOMAINS)}
    checks: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for domain, name, definition in connection.execute(_DOMAIN_CHECKS):
        checks[domain].append((name, definition))
    chains: dict[int, list[int]] = {}
    for oid in domains:
        chains[oid] = [oid]
        while (base := domains[chains[oid][-1]][2]) in domains:
            chains[oid].append(base)
    over: defaultdict[int, list[str]] = defaultdict(list)
    for oid, chain in chains.items():
        for base in chain[1:]:
            over[base].append(domains[oid][1])
    own: dict[int, list[Violation]] = {}
    for oid, (schema, domain, _, not_null) in domains.items():
        own[oid] = [
            Violation(
                ConstraintKind.CHECK,
                schema,
                domain,
                name,
                definition,
                tuple(sorted((other, name) for other in over[oid])),
            )
            for name, definition in checks[oid]
        ]
        if not_null:
            aliases = tuple(sorted((other, "") for other in over[oid]))
            own[oid].append(
                Violation(
                    ConstraintKind.NOT_NULL, schema, domain, "", "NOT NULL", aliases
                )
            )
    return {
        (domains[oid][0], domains[oid][1]): tuple(
            [violation for base in chain for violation in own[base]]
        )
        for oid, chain in chains.items()
    }
