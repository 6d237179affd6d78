"""A session -> DocumentedSchema: the tables, types and routines of the user's, as people read them.

Unlike the catalog, which has what inference may rely on, it has everything that is there: constraints
that are not validated, indexes that are not unique, definitions as PostgreSQL prints them.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from ..model.catalog import RelationKind
from ..model.documentation import (
    DocumentedColumn,
    DocumentedConstraint,
    DocumentedIndex,
    DocumentedReference,
    DocumentedRoutine,
    DocumentedSchema,
    DocumentedTable,
    DocumentedTrigger,
    DocumentedType,
)
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg

_OWN = """
    n.nspname NOT IN ('pg_catalog', 'information_schema')
    -- Temporary objects and those of TOAST.
    AND n.nspname !~ '^pg_(toast|temp)'
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = '{catalog}'::pg_catalog.regclass::pg_catalog.oid AND d.objid = {oid} AND d.deptype = 'e'
    )
"""

_ATTRIBUTES = """
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname,
        'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
        'not_null', a.attnotnull,
        'default', coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''),
        'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' ELSE '' END,
        'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
        'comment', coalesce(pg_catalog.col_description(a.attrelid, a.attnum), '')
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute AS a
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
"""

_CONSTRAINT = """
    'name', k.conname,
    'definition', pg_catalog.pg_get_constraintdef(k.oid, true),
    'columns', ARRAY(
        SELECT a.attname
        FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = key.number
        ORDER BY key.place
    ),
    'comment', coalesce(pg_catalog.obj_description(k.oid, 'pg_constraint'), '')
"""

_KIND = """
    CASE k.contype
        WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' ELSE 'check'
    END
"""

_TABLES: Final = f"""
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'kind', c.relkind,
    'comment', coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), ''),
    'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid, true) ELSE '' END,
    'parents', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno)
        FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
        JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid
    ),
    'columns', ({_ATTRIBUTES}),
    'constraints', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object('kind', {_KIND}, {_CONSTRAINT})
            ORDER BY position(k.contype::pg_catalog.text IN 'puxc'), k.conname COLLATE "C")
        FROM pg_catalog.pg_constraint AS k
        WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'c')
    ),
    'references', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'target', pg_catalog.json_build_array(tn.nspname, t.relname),
            'target_columns', ARRAY(
                SELECT a.attname
                FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS key (number, place)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = key.number
                ORDER BY key.place
            ),
            {_CONSTRAINT}
        ) ORDER BY k.conname COLLATE "C")
        FROM pg_catalog.pg_constraint AS k
        JOIN pg_catalog.pg_class AS t ON t.oid = k.confrelid
        JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
        -- A key to a partitioned table also has a constraint on the same table for each partition of it.
        LEFT JOIN pg_catalog.pg_constraint AS parent ON parent.oid = k.conparentid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND parent.conrelid IS DISTINCT FROM k.conrelid
    ),
    'indexes', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', ic.relname,
            'definition', pg_catalog.pg_get_indexdef(i.indexrelid, 0, true),
            'is_unique', i.indisunique,
            'is_valid', i.indisvalid,
            'comment', coalesce(pg_catalog.obj_description(i.indexrelid, 'pg_class'), '')
        ) ORDER BY NOT i.indisprimary, ic.relname COLLATE "C")
        FROM pg_catalog.pg_index AS i
        JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = c.oid
    ),
    'triggers', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', g.tgname,
            'definition', pg_catalog.pg_get_triggerdef(g.oid, true),
            'function', pg_catalog.json_build_array(fn.nspname, f.proname),
            'comment', coalesce(pg_catalog.obj_description(g.oid, 'pg_trigger'), '')
        ) ORDER BY g.tgname COLLATE "C")
        FROM pg_catalog.pg_trigger AS g
        JOIN pg_catalog.pg_proc AS f ON f.oid = g.tgfoid
        JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.pronamespace
        WHERE g.tgrelid = c.oid AND NOT g.tgisinternal
    )
)::pg_catalog.text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {_OWN.format(catalog="pg_class", oid="c.oid")}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""

_TYPES: Final = f"""
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', t.typname,
    'kind', CASE t.typtype
        WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite'
    END,
    'comment', coalesce(pg_catalog.obj_description(t.oid, 'pg_type'), pg_catalog.obj_description(c.oid, 'pg_class'), ''),
    'labels', (
        SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum AS e
        WHERE e.enumtypid = t.oid
    ),
    'base', CASE t.typtype
        WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
        WHEN 'r' THEN (SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid)
        ELSE ''
    END,
    'not_null', t.typnotnull,
    'default', coalesce(t.typdefault, ''),
    'constraints', (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_object('kind', {_KIND}, {_CONSTRAINT}) ORDER BY k.conname COLLATE "C")
        FROM pg_catalog.pg_constraint AS k
        WHERE k.contypid = t.oid AND k.contype = 'c'
    ),
    'attributes', ({_ATTRIBUTES})
)::pg_catalog.text
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
  AND {_OWN.format(catalog="pg_type", oid="t.oid")}
ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
"""

_ROUTINES: Final = f"""
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'kind', CASE p.prokind
        WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'function'
    END,
    'identity', pg_catalog.pg_get_function_identity_arguments(p.oid),
    'arguments', pg_catalog.pg_get_function_arguments(p.oid),
    'result', coalesce(pg_catalog.pg_get_function_result(p.oid), ''),
    'language', l.lanname,
    'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    'is_strict', p.proisstrict,
    'is_security_definer', p.prosecdef,
    -- The body of BEGIN ATOMIC is a tree; that of an aggregate or a function in C is no text of its author's.
    'body', coalesce(
        pg_catalog.pg_get_function_sqlbody(p.oid),
        CASE WHEN p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal') THEN pg_catalog.btrim(p.prosrc, E'\\n') END,
        ''
    ),
    'comment', coalesce(pg_catalog.obj_description(p.oid, 'pg_proc'), '')
)::pg_catalog.text
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
-- The functions that CREATE TYPE … AS RANGE makes belong to the type.
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS own
    WHERE own.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND own.objid = p.oid AND own.deptype = 'i'
)
  AND {_OWN.format(catalog="pg_proc", oid="p.oid")}
ORDER BY n.nspname COLLATE "C", p.proname COLLATE "C", pg_catalog.pg_get_function_identity_arguments(p.oid) COLLATE "C"
"""


def documented_schema(
    session: "WireConnection | psycopg.Connection[Any]",
) -> DocumentedSchema:
    """Return the tables, views, types and routines of the user's, without those of extensions."""
    return DocumentedSchema(
        tuple(map(_table, _objects(session, _TABLES))),
        tuple(map(_type, _objects(session, _TYPES))),
        tuple([DocumentedRoutine(**one) for one in _objects(session, _ROUTINES)]),
    )


def _objects(
    session: "WireConnection | psycopg.Connection[Any]", statement: str
) -> list[dict[str, Any]]:
    rows: Any
    if isinstance(session, WireConnection):
        rows = session.query(statement)
    else:
        # The statements are constants of this module.
        rows = session.execute(statement.encode()).fetchall()
    return [json.loads(text) for (text,) in rows]


def _table(facts: dict[str, Any]) -> DocumentedTable:
    return DocumentedTable(
        schema=facts["schema"],
        name=facts["name"],
        kind=RelationKind(facts["kind"]),
        columns=_columns(facts["columns"]),
        constraints=_constraints(facts["constraints"]),
        references=tuple(
            [
                DocumentedReference(
                    name=one["name"],
                    columns=tuple(one["columns"]),
                    target=(one["target"][0], one["target"][1]),
                    target_columns=tuple(one["target_columns"]),
                    definition=one["definition"],
                    comment=one["comment"],
                )
                for one in facts["references"] or ()
            ]
        ),
        indexes=tuple([DocumentedIndex(**one) for one in facts["indexes"] or ()]),
        triggers=tuple(
            [
                DocumentedTrigger(
                    **{**one, "function": (one["function"][0], one["function"][1])}
                )
                for one in facts["triggers"] or ()
            ]
        ),
        parents=tuple([(schema, name) for schema, name in facts["parents"] or ()]),
        definition=facts["definition"],
        comment=facts["comment"],
    )


def _type(facts: dict[str, Any]) -> DocumentedType:
    return DocumentedType(
        schema=facts["schema"],
        name=facts["name"],
        kind=facts["kind"],
        labels=tuple(facts["labels"] or ()),
        base=facts["base"] or "",
        not_null=facts["not_null"],
        default=facts["default"],
        constraints=_constraints(facts["constraints"]),
        attributes=_columns(facts["attributes"]),
        comment=facts["comment"],
    )


def _columns(facts: list[dict[str, Any]] | None) -> tuple[DocumentedColumn, ...]:
    return tuple([DocumentedColumn(**one) for one in facts or ()])


def _constraints(
    facts: list[dict[str, Any]] | None,
) -> tuple[DocumentedConstraint, ...]:
    return tuple(
        [
            DocumentedConstraint(**{**one, "columns": tuple(one["columns"])})
            for one in facts or ()
        ]
    )
