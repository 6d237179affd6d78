"""A database -> its schema as sorted lines, for comparing one with another."""

import psycopg
from psycopg.rows import TupleRow

from ...model import postgres

# Each query returns a row for each object: its kind, its name, its definition and its comment.
# Members of extensions are left out. Columns are compared by name, because a column that is dropped
# and added again comes last. Default privileges, for which the catalog has NULL, are written out,
# because after a GRANT and a REVOKE the catalog has the same privileges as a list.

_RELATIONS = """
SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
         WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
         ELSE 'composite type' END,
  c.oid::pg_catalog.regclass::pg_catalog.text,
  pg_catalog.concat_ws(' ',
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
    (SELECT 'inherits ' || pg_catalog.string_agg(inhparent::pg_catalog.regclass::pg_catalog.text, ', ' ORDER BY inhseqno)
     FROM pg_catalog.pg_inherits WHERE inhrelid = c.oid),
    pg_catalog.pg_get_expr(c.relpartbound, c.oid), pg_catalog.pg_get_partkeydef(c.oid),
    'with ' || pg_catalog.array_to_string(c.reloptions, ', '),
    CASE WHEN c.relrowsecurity THEN 'row security' END,
    CASE WHEN c.relforcerowsecurity THEN 'forced' END,
    CASE WHEN c.relreplident NOT IN ('d', 'n') THEN 'replica identity ' || c.relreplident::pg_catalog.text END,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END,
    (SELECT pg_catalog.format('%s %s..%s by %s from %s cache %s', pg_catalog.format_type(seqtypid, NULL), seqmin, seqmax,
            seqincrement, seqstart, seqcache) || CASE WHEN seqcycle THEN ' cycle' ELSE '' END
     FROM pg_catalog.pg_sequence WHERE seqrelid = c.oid),
    (SELECT 'owned by ' || d.refobjid::pg_catalog.regclass || '.' || a.attname
     FROM pg_catalog.pg_depend AS d
     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.objid = c.oid AND d.deptype = 'a'
       AND c.relkind = 'S'),
    'privileges ' || {privileges_of_relation}),
  pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class AS c
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND {own_namespace}(c.relnamespace)
  AND {not_of_extension}('pg_class', c.oid)
"""

_COLUMNS = """
SELECT 'column', a.attrelid::pg_catalog.regclass || '.' || pg_catalog.quote_ident(a.attname),
  pg_catalog.concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attcollation <> t.typcollation
      THEN 'collate ' || a.attcollation::pg_catalog.regcollation::pg_catalog.text END,
    CASE WHEN a.attnotnull THEN 'not null' END,
    CASE a.attgenerated WHEN '' THEN 'default ' ELSE 'generated ' || a.attgenerated::pg_catalog.text || ' ' END
      || pg_catalog.pg_get_expr(d.adbin, d.adrelid),
    CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::pg_catalog.text END,
    'privileges ' || pg_catalog.array_to_string(a.attacl, ', ')),
  pg_catalog.col_description(a.attrelid, a.attnum)
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  AND {own_namespace}(c.relnamespace) AND {not_of_extension}('pg_class', c.oid)
"""

# The NOT NULL constraints of PostgreSQL 18 are the columns' own.
_CONSTRAINTS = """
SELECT 'constraint', pg_catalog.concat_ws(' on ', pg_catalog.quote_ident(conname),
    COALESCE(nullif(conrelid, '0')::pg_catalog.regclass::pg_catalog.text, nullif(contypid, '0')::pg_catalog.regtype::pg_catalog.text)),
  pg_catalog.pg_get_constraintdef(oid), pg_catalog.obj_description(oid, 'pg_constraint')
FROM pg_catalog.pg_constraint WHERE contype <> 'n' AND {own_namespace}(connamespace)
  AND {not_of_extension}('pg_class', conrelid)
"""

_INDEXES = """
SELECT 'index', i.indexrelid::pg_catalog.regclass::pg_catalog.text,
  pg_catalog.concat_ws(' ', pg_catalog.pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'invalid' END,
    CASE WHEN i.indisclustered THEN 'clustered' END, CASE WHEN i.indisreplident THEN 'replident' END),
  pg_catalog.obj_description(i.indexrelid, 'pg_class')
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
WHERE {own_namespace}(c.relnamespace) AND {not_of_extension}('pg_class', i.indrelid)
"""

_TYPES = """
SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'type' END,
  t.oid::pg_catalog.regtype::pg_catalog.text,
  pg_catalog.concat_ws(' ',
    (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
     FROM pg_catalog.pg_enum WHERE enumtypid = t.oid),
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,
    CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault,
    (SELECT 'of ' || pg_catalog.format_type(rngsubtype, NULL) FROM pg_catalog.pg_range WHERE rngtypid = t.oid),
    CASE WHEN t.typtype = 'b' THEN pg_catalog.concat_ws(' ', t.typinput, t.typoutput) END,
    'privileges ' || {privileges_of_type}),
  pg_catalog.obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_type AS t
WHERE t.typtype IN ('e', 'd', 'r', 'b') AND t.typelem = '0' AND {own_namespace}(t.typnamespace)
  AND {not_of_extension}('pg_type', t.oid)
"""

_FUNCTIONS = """
SELECT 'function', p.oid::pg_catalog.regprocedure::pg_catalog.text,
  pg_catalog.concat_ws(' ',
    CASE WHEN p.prokind = 'a' THEN (
      SELECT pg_catalog.concat_ws(' ', 'aggregate', aggtransfn, nullif(aggfinalfn, '0'), agginitval)
      FROM pg_catalog.pg_aggregate WHERE aggfnoid = p.oid)
    ELSE pg_catalog.pg_get_functiondef(p.oid) END,
    'privileges ' || {privileges_of_function}),
  pg_catalog.obj_description(p.oid, 'pg_proc')
FROM pg_catalog.pg_proc AS p WHERE {own_namespace}(p.pronamespace) AND {not_of_extension}('pg_proc', p.oid)
"""

_REST = """
SELECT 'trigger', pg_catalog.quote_ident(tgname) || ' on ' || tgrelid::pg_catalog.regclass,
  pg_catalog.pg_get_triggerdef(t.oid) || ' ' || tgenabled::pg_catalog.text, pg_catalog.obj_description(t.oid, 'pg_trigger')
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = tgrelid
WHERE NOT tgisinternal AND {own_namespace}(c.relnamespace)
UNION ALL
SELECT 'rule', pg_catalog.quote_ident(rulename) || ' on ' || ev_class::pg_catalog.regclass, pg_catalog.pg_get_ruledef(r.oid),
  pg_catalog.obj_description(r.oid, 'pg_rewrite')
FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_class AS c ON c.oid = ev_class
WHERE rulename <> '_RETURN' AND {own_namespace}(c.relnamespace)
  AND {not_of_extension}('pg_class', c.oid)
UNION ALL
SELECT 'policy', pg_catalog.quote_ident(polname) || ' on ' || polrelid::pg_catalog.regclass,
  pg_catalog.concat_ws(' ', polcmd::pg_catalog.text, CASE WHEN NOT polpermissive THEN 'restrictive' END,
    (SELECT pg_catalog.string_agg(CASE role WHEN 0 THEN 'public' ELSE role::pg_catalog.regrole::pg_catalog.text END, ', ')
     FROM pg_catalog.unnest(polroles) AS role),
    'using ' || pg_catalog.pg_get_expr(polqual, polrelid), 'check ' || pg_catalog.pg_get_expr(polwithcheck, polrelid)),
  pg_catalog.obj_description(oid, 'pg_policy')
FROM pg_catalog.pg_policy
UNION ALL
SELECT 'schema', pg_catalog.quote_ident(n.nspname), 'privileges ' || {privileges_of_schema},
  pg_catalog.obj_description(n.oid, 'pg_namespace')
FROM pg_catalog.pg_namespace AS n
WHERE {own_namespace}(n.oid) AND {not_of_extension}('pg_namespace', n.oid)
UNION ALL
SELECT 'extension', pg_catalog.quote_ident(extname), extversion || ' in ' || extnamespace::pg_catalog.regnamespace, NULL
FROM pg_catalog.pg_extension
UNION ALL
SELECT 'statistics', stxnamespace::pg_catalog.regnamespace || '.' || pg_catalog.quote_ident(stxname),
  pg_catalog.pg_get_statisticsobjdef(oid), pg_catalog.obj_description(oid, 'pg_statistic_ext')
FROM pg_catalog.pg_statistic_ext
UNION ALL
SELECT 'collation', oid::pg_catalog.regcollation::pg_catalog.text,
  pg_catalog.concat_ws(' ', collprovider::pg_catalog.text, collcollate, collctype, collisdeterministic::pg_catalog.text),
  pg_catalog.obj_description(oid, 'pg_collation')
FROM pg_catalog.pg_collation WHERE {own_namespace}(collnamespace)
UNION ALL
SELECT 'operator', oid::pg_catalog.regoperator::pg_catalog.text, pg_catalog.concat_ws(' ', oprcode, oprcom::pg_catalog.regoperator),
  pg_catalog.obj_description(oid, 'pg_operator')
FROM pg_catalog.pg_operator WHERE {own_namespace}(oprnamespace) AND {not_of_extension}('pg_operator', oid)
UNION ALL
SELECT 'cast', pg_catalog.format('%s to %s', castsource::pg_catalog.regtype, casttarget::pg_catalog.regtype),
  pg_catalog.concat_ws(' ', nullif(castfunc, '0')::pg_catalog.regprocedure, castcontext::pg_catalog.text, castmethod::pg_catalog.text),
  pg_catalog.obj_description(oid, 'pg_cast')
FROM pg_catalog.pg_cast WHERE oid >= '{first_normal_object_id}' AND {not_of_extension}('pg_cast', oid)
UNION ALL
SELECT 'event trigger', pg_catalog.quote_ident(evtname),
  pg_catalog.concat_ws(' ', evtevent, evtfoid::pg_catalog.regprocedure, evtenabled::pg_catalog.text, pg_catalog.array_to_string(evttags, ', ')),
  pg_catalog.obj_description(oid, 'pg_event_trigger')
FROM pg_catalog.pg_event_trigger
UNION ALL
SELECT 'default privileges', pg_catalog.format('of %s in %s on %s', defaclrole::pg_catalog.regrole,
    COALESCE(nullif(defaclnamespace, '0')::pg_catalog.regnamespace::pg_catalog.text, 'any schema'), defaclobjtype),
  pg_catalog.array_to_string(defaclacl, ', '), NULL
FROM pg_catalog.pg_default_acl
"""


def _privileges(granted: str, kind: str, owner: str) -> str:
    """Return SQL for the sorted privileges; the default ones if the catalog has NULL."""
    return (
        f"(SELECT pg_catalog.string_agg(item::pg_catalog.text, ', ' ORDER BY item::pg_catalog.text)"
        f" FROM pg_catalog.unnest(COALESCE({granted}, pg_catalog.acldefault({kind}, {owner}))) AS item)"
    )


_PIECES = {
    "{first_normal_object_id}": str(postgres.FIRST_NORMAL_OBJECT_ID),
    "{own_namespace}": "pg_temp.sqlgen_is_own",
    "{not_of_extension}": "pg_temp.sqlgen_is_alone",
    "{privileges_of_relation}": _privileges(
        "c.relacl",
        "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"",
        "c.relowner",
    ),
    "{privileges_of_type}": _privileges("t.typacl", "'T'", "t.typowner"),
    "{privileges_of_function}": _privileges("p.proacl", "'f'", "p.proowner"),
    "{privileges_of_schema}": _privileges("n.nspacl", "'n'", "n.nspowner"),
}

_QUESTIONS = """
CREATE FUNCTION pg_temp.sqlgen_is_own(oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
  FROM pg_namespace WHERE oid = $1
$$;
CREATE FUNCTION pg_temp.sqlgen_is_alone(regclass, oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = $1 AND objid = $2 AND deptype = 'e')
$$;
SET LOCAL search_path = '';
"""


def snapshot(connection: psycopg.Connection[TupleRow]) -> tuple[str, ...]:
    """Return the schema of the database as sorted lines, one or more for each object.

    Two databases whose schemas are the same to their users have the same lines.
    """
    lines: list[str] = []
    with connection.transaction(force_rollback=True):
        connection.execute(_QUESTIONS)
        for query in (
            _RELATIONS,
            _COLUMNS,
            _CONSTRAINTS,
            _INDEXES,
            _TYPES,
            _FUNCTIONS,
            _REST,
        ):
            for piece, text in _PIECES.items():
                query = query.replace(piece, text)
            for kind, name, definition, comment in connection.execute(query.encode()):
                first, *more = f"{kind} {name}: {definition or ''}".rstrip().split("\n")
                prefix = f"{kind} {name} | "
                lines.append(first + (f" -- {comment}" if comment else ""))
                lines += (
                    f"{prefix}{number:03} {line}" for number, line in enumerate(more)
                )
    return tuple(sorted(lines))
