"""Session -> Definitions: the objects of the user's as PostgreSQL prints them, and what they refer to."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ..model.definitions import (
    DefinedObject,
    Definitions,
    KeyAction,
    ObjectGroup,
    ObjectName,
    ObjectUse,
    RelationIdentity,
)
from ..model.diagnostic import catalog_refused
from ..model.postgres import FIRST_NORMAL_OBJECT_ID
from .answers import answer
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg

_STATEMENT: Final = f"""
WITH relation AS (
    SELECT c.*, n.nspname
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= {FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid
      AND n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname, 'pg_')
), routine AS (
    SELECT p.*, n.nspname, l.lanname
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
    -- Those of an extension come with its version.
    WHERE p.oid >= {FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND d.objid = p.oid AND d.deptype = 'e'
    )
)
SELECT pg_catalog.jsonb_build_object(
    'relations', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            r.oid::bigint, r.nspname, r.relname, r.relkind::pg_catalog.text,
            (SELECT pg_catalog.jsonb_object_agg(a.attnum, a.attname) FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
            CASE WHEN r.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(r.oid) END,
            (SELECT pg_catalog.md5(w.ev_action::pg_catalog.text) FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class = r.oid AND w.ev_type = '1')))
        FROM relation AS r),
    'types', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(t.oid::bigint, n.nspname, t.typname))
        FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        WHERE t.oid >= {FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid AND NOT pg_catalog.starts_with(n.nspname, 'pg_')),
    'routines', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            r.oid::bigint, r.nspname, r.proname, pg_catalog.pg_get_function_identity_arguments(r.oid), r.prokind::pg_catalog.text,
            r.lanname, pg_catalog.md5(r.prosqlbody::pg_catalog.text), coalesce(pg_catalog.pg_get_function_sqlbody(r.oid), r.prosrc),
            -- What else decides on what a call does.
            pg_catalog.concat_ws(' ', r.lanname, r.probin, r.proisstrict, r.prosecdef, r.proconfig::pg_catalog.text,
                pg_catalog.pg_get_expr(r.proargdefaults, 0),
                (SELECT pg_catalog.concat_ws(' ', a.aggtransfn::pg_catalog.regprocedure, a.aggfinalfn::pg_catalog.regprocedure,
                                  a.aggcombinefn::pg_catalog.regprocedure, a.aggsortop::pg_catalog.regoperator, a.agginitval,
                                  a.aggtranstype::pg_catalog.regtype)
                 FROM pg_catalog.pg_aggregate AS a WHERE a.aggfnoid = r.oid))))
        FROM routine AS r),
    'triggers', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            t.oid::bigint, t.tgrelid::bigint, t.tgname, pg_catalog.concat(pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled), t.tgtype,
            ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
                  WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr))))
        FROM pg_catalog.pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid
        -- Foreign keys are checked by internal triggers. A partition has copies of its parent's.
        WHERE NOT t.tgisinternal AND t.tgparentid = 0::pg_catalog.oid),
    'rules', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            w.oid::bigint, w.ev_class::bigint, w.rulename, pg_catalog.concat(pg_catalog.pg_get_ruledef(w.oid), w.ev_enabled),
            pg_catalog.md5(pg_catalog.concat(w.ev_action::pg_catalog.text, w.ev_qual::pg_catalog.text, w.ev_enabled)), w.ev_type::pg_catalog.text))
        FROM pg_catalog.pg_rewrite AS w JOIN relation AS r ON r.oid = w.ev_class),
    'policies', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            p.oid::bigint, p.polrelid::bigint, p.polname, p.polcmd::pg_catalog.text,
            pg_catalog.format('%s USING (%s) WITH CHECK (%s)', p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                   pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
            pg_catalog.md5(pg_catalog.concat_ws(' ', p.polcmd, p.polpermissive, p.polqual::pg_catalog.text, '/', p.polwithcheck::pg_catalog.text)),
            -- Superusers and, mostly, the owner of the table pass it by (`check_enable_rls`, rls.c).
            ARRAY(SELECT o.rolname::pg_catalog.text FROM pg_catalog.pg_roles AS o
                  WHERE NOT o.rolsuper AND NOT o.rolbypassrls
                    AND (r.relforcerowsecurity OR NOT pg_catalog.pg_has_role(o.oid, r.relowner, 'USAGE'))
                    AND EXISTS (SELECT FROM pg_catalog.unnest(p.polroles) AS f (oid)
                                -- 0 is PUBLIC.
                                WHERE CASE WHEN f.oid = 0::pg_catalog.oid THEN true ELSE pg_catalog.pg_has_role(o.oid, f.oid, 'USAGE') END))))
        FROM pg_catalog.pg_policy AS p JOIN relation AS r ON r.oid = p.polrelid WHERE r.relrowsecurity),
    'defaults', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            d.oid::bigint, d.adrelid::bigint, a.attname, a.attgenerated <> '', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
            pg_catalog.md5(d.adbin::pg_catalog.text)))
        FROM pg_catalog.pg_attrdef AS d
        JOIN relation AS r ON r.oid = d.adrelid
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum),
    'checks', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(c.oid::bigint, c.conrelid::bigint, c.conname))
        FROM pg_catalog.pg_constraint AS c JOIN relation AS r ON r.oid = c.conrelid WHERE c.contype = 'c'),
    'keys', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            c.confrelid::bigint, c.conrelid::bigint, c.confdeltype::pg_catalog.text, c.confupdtype::pg_catalog.text,
            ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
                  WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey))))
        FROM pg_catalog.pg_constraint AS c WHERE c.contype = 'f'),
    'children', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(i.inhparent::bigint, i.inhrelid::bigint)) FROM pg_catalog.pg_inherits AS i),
    'uses', (
        SELECT pg_catalog.jsonb_agg(DISTINCT pg_catalog.jsonb_build_array(
            d.objid::bigint,
            CASE WHEN d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid THEN 'relation' ELSE 'routine' END,
            -- An operator stands for its function.
            coalesce(o.oprcode::pg_catalog.oid, d.refobjid)::bigint, a.attname))
        FROM pg_catalog.pg_depend AS d
        LEFT JOIN pg_catalog.pg_operator AS o ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid AND o.oid = d.refobjid
        LEFT JOIN pg_catalog.pg_attribute AS a ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND a.attrelid = d.refobjid
                                   AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
        WHERE d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid,
                            'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid)
          AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid)
          AND d.refobjid >= {FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid)
)::pg_catalog.text
"""

_RELATIONS: Final = {"v": "view", "m": "materialized view", "f": "foreign table"}
"""`pg_class.relkind`"""
_ROUTINES: Final = {"p": "procedure", "a": "aggregate"}
"""`pg_proc.prokind`"""
_TRIGGER_EVENTS: Final = {4: "insert", 8: "delete", 16: "update"}
"""The bits of `pg_trigger.tgtype` (catalog/pg_trigger.h); 32 is TRUNCATE."""
_RULE_EVENTS: Final = {"1": "select", "2": "update", "3": "insert", "4": "delete"}
"""`pg_rewrite.ev_type`"""
_POLICY_EVENTS: Final = {
    "r": ("select",),
    "a": ("insert",),
    "w": ("update",),
    "d": ("delete",),
    "*": ("select", "insert", "update", "delete"),
}
"""`pg_policy.polcmd`"""
_KEY_ACTIONS: Final = {"c": "delete", "n": "update", "d": "update"}
"""`pg_constraint.confdeltype`: the write that follows a DELETE; it is an UPDATE that follows an UPDATE."""


def definitions(
    session: "WireConnection | psycopg.Connection[Any]",
) -> Definitions:
    """Return the definitions of the user's objects in the session's database.

    Raises `ServerUnavailableError` if the server refuses to show them.
    """
    rows = answer(session, _STATEMENT)
    if isinstance(rows, str):
        raise catalog_refused(rows)
    return _Reading(json.loads(rows[0][0])).definitions()


class _Reading:
    """Reads what the server says; a list of nothing is null."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._facts = {name: rows or () for name, rows in facts.items()}
        self._relations = {
            oid: RelationIdentity(
                name=ObjectName(ObjectGroup.RELATION, schema, name),
                columns={
                    int(number): column for number, column in (columns or {}).items()
                },
            )
            for oid, schema, name, _, columns, *_ in self._facts["relations"]
        }
        self._routines = {
            row[0]: ObjectName(ObjectGroup.ROUTINE, *row[1:4])
            for row in self._facts["routines"]
        }
        self._uses: defaultdict[int, list[ObjectUse]] = defaultdict(list)
        for oid, group, used, column in self._facts["uses"]:
            name = self._name(group, used)
            if name is not None:
                self._uses[oid].append(ObjectUse(name, column or ""))

    def definitions(self) -> Definitions:
        """Return all that was read."""
        entries = (
            *self._of_relations(),
            *self._of_routines(),
            *self._of_tables(),
        )
        names = {oid: identity.name for oid, identity in self._relations.items()}
        return Definitions(
            objects={entry.name: entry for entry in entries},
            relations=self._relations,
            routines=self._routines,
            types={oid: (schema, name) for oid, schema, name in self._facts["types"]},
            actions=tuple(self._actions(names)),
            children=tuple(
                [
                    (names[parent], names[child])
                    for parent, child in self._facts["children"]
                    if parent in names and child in names
                ]
            ),
        )

    def _name(self, group: str, oid: int) -> ObjectName | None:
        if group == "routine":
            return self._routines.get(oid)
        identity = self._relations.get(oid)
        return identity.name if identity else None

    def _used_by(self, oid: int, own: ObjectName) -> tuple[ObjectUse, ...]:
        return tuple(sorted({use for use in self._uses[oid] if use.object != own}))

    def _of_relations(self) -> Iterator[DefinedObject]:
        returns = {row[1]: row[0] for row in self._facts["rules"] if row[5] == "1"}
        for oid, _, _, kind, _, definition, stored in self._facts["relations"]:
            identity = self._relations[oid]
            yield DefinedObject(
                name=identity.name,
                kind=_RELATIONS.get(kind, "table"),
                definition=definition or "",
                stored=stored or "",
                uses=(
                    self._used_by(returns[oid], identity.name) if oid in returns else ()
                ),
                columns=tuple(
                    [identity.columns[number] for number in sorted(identity.columns)]
                ),
            )

    def _of_routines(self) -> Iterator[DefinedObject]:
        for row in self._facts["routines"]:
            oid, *_, kind, language, body, source, settings = row
            name = self._routines[oid]
            yield DefinedObject(
                name=name,
                kind=_ROUTINES.get(kind, "function"),
                definition=f"{settings}\n{source}",
                uses=self._used_by(oid, name),
                stored=f"{settings}\n{body or source}",
                is_opaque=not body
                and kind != "a"
                and language not in ("c", "internal"),
            )

    def _of_tables(self) -> Iterator[DefinedObject]:
        """Yield what belongs to relations."""
        facts = self._facts
        for oid, table, name, definition, bits, columns in facts["triggers"]:
            yield self._part(
                ObjectGroup.TRIGGER,
                oid,
                table,
                name,
                definition=definition,
                events=frozenset(
                    [event for bit, event in _TRIGGER_EVENTS.items() if bits & bit]
                ),
                columns=tuple(columns),
            )
        for oid, table, name, definition, stored, event in facts["rules"]:
            if event != "1":  # that of a view
                yield self._part(
                    ObjectGroup.RULE,
                    oid,
                    table,
                    name,
                    definition=definition,
                    stored=stored,
                    events=frozenset({_RULE_EVENTS[event]}),
                )
        for oid, table, name, command, definition, stored, roles in facts["policies"]:
            yield self._part(
                ObjectGroup.POLICY,
                oid,
                table,
                name,
                definition=definition,
                stored=stored,
                events=frozenset(_POLICY_EVENTS[command]),
                roles=frozenset(roles),
            )
        for oid, table, name, is_generated, definition, stored in facts["defaults"]:
            yield self._part(
                ObjectGroup.DEFAULT,
                oid,
                table,
                name,
                definition=definition,
                stored=stored,
                is_generated=is_generated,
            )
        for oid, table, name in facts["checks"]:
            yield self._part(ObjectGroup.CHECK, oid, table, name)

    def _part(
        self, group: ObjectGroup, oid: int, table: int, part: str, **fields: Any
    ) -> DefinedObject:
        relation = self._relations[table].name
        name = ObjectName(group, relation.schema, relation.name, part)
        uses = self._used_by(oid, relation)
        return DefinedObject(name=name, kind=str(group), uses=uses, **fields)

    def _actions(self, names: dict[int, ObjectName]) -> Iterator[KeyAction]:
        for target, source, on_delete, on_update, columns in self._facts["keys"]:
            if target in names and source in names:
                ends = names[target], tuple(columns)
                if action := _KEY_ACTIONS.get(on_delete):
                    yield KeyAction(*ends, "delete", names[source], action)
                if on_update in _KEY_ACTIONS:
                    yield KeyAction(*ends, "update", names[source], "update")
