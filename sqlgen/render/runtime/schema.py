"""Compare a live database with what the queries use of it."""

import json
import re
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final, overload

from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor
from psycopg.rows import tuple_row

Row = Sequence[Any]


class SchemaMismatch(Exception):  # noqa: N818 (what it is, as its name in messages)
    """A database does not fit the queries; `problems` has a line for each thing that does not."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@overload
def check_schema(conn: Connection[Any]) -> None: ...
@overload
def check_schema(conn: AsyncConnection[Any]) -> Coroutine[Any, Any, None]: ...
def check_schema(
    conn: Connection[Any] | AsyncConnection[Any],
) -> Coroutine[Any, Any, None] | None:
    """Raise `SchemaMismatch` where the connection's database does not fit what the queries use.

    Compares, with one statement, the columns that queries use, their types and NOT NULL, the fields of
    composites and, where these are sent, their order, the labels of enums and the values that CHECK
    constraints list, the required columns that INSERTs leave out, and the unique indexes that their ON
    CONFLICT needs. What no query uses may differ. Await it where the connection is an asynchronous one.
    """
    if isinstance(conn, AsyncConnection):
        return _check_async(conn)
    with RawCursor(conn, row_factory=tuple_row) as cursor:
        uses = _uses()
        cursor.execute(_STATEMENT, _parameters(*uses), prepare=False)
        _compare(*uses, cursor.fetchall())
    return None


async def _check_async(conn: AsyncConnection[Any]) -> None:
    async with AsyncRawCursor(conn, row_factory=tuple_row) as cursor:
        uses = _uses()
        await cursor.execute(_STATEMENT, _parameters(*uses), prepare=False)
        _compare(*uses, await cursor.fetchall())


_STATEMENT: Final = """
WITH RECURSIVE plain_types (type, plain) AS (
    -- The type that the values of each domain have.
    SELECT oid, oid FROM pg_catalog.pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT t.oid, p.plain
    FROM plain_types AS p JOIN pg_catalog.pg_type AS t ON t.typtype = 'd' AND t.typbasetype = p.type
)
SELECT 'column',
       u.number,
       a.attnum IS NOT NULL,
       p.plain = pg_catalog.to_regtype(nullif(u.type, '')),
       pg_catalog.format_type(p.plain, NULL),
       -- Since 18, a NOT NULL constraint may be NOT VALID.
       a.attnotnull AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_constraint AS c
           WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND c.conkey = ARRAY[a.attnum]
             AND NOT c.convalidated
       ),
       NULL::pg_catalog.text[]
FROM unnest($1::pg_catalog.text[], $2::pg_catalog.text[], $3::pg_catalog.text[], $4::pg_catalog.text[]) WITH ORDINALITY
     AS u (schema, relation, "column", type, number)
LEFT JOIN pg_catalog.pg_attribute AS a
       ON a.attrelid = pg_catalog.to_regclass(pg_catalog.concat_ws('.', pg_catalog.quote_ident(nullif(u.schema, '')), pg_catalog.quote_ident(u.relation)))
      AND a.attname = u."column" AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN plain_types AS p ON p.type = a.atttypid
UNION ALL
SELECT 'value',
       u.number,
       coalesce(a.atttypid, pg_catalog.to_regtype(nullif(u.type, ''))) IS NOT NULL,
       NULL,
       NULL,
       NULL,
       CASE WHEN u.is_enum THEN (
           SELECT pg_catalog.array_agg(e.enumlabel::pg_catalog.text ORDER BY e.enumsortorder)
           FROM pg_catalog.pg_type AS t
           JOIN plain_types AS p ON p.type = coalesce(nullif(t.typelem, '0'), t.oid)
           JOIN pg_catalog.pg_enum AS e ON e.enumtypid = p.plain
           WHERE t.oid = coalesce(a.atttypid, pg_catalog.to_regtype(nullif(u.type, '')))
       ) WHEN u.relation = '' THEN (
           SELECT pg_catalog.array_agg(f.attname::pg_catalog.text ORDER BY f.attnum)
           FROM pg_catalog.pg_type AS t
           JOIN pg_catalog.pg_attribute AS f ON f.attrelid = t.typrelid AND f.attnum > '0' AND NOT f.attisdropped
           WHERE t.oid = pg_catalog.to_regtype(u.type)
       ) ELSE (
           SELECT pg_catalog.array_agg(pg_catalog.pg_get_constraintdef(c.oid))
           FROM pg_catalog.pg_constraint AS c
           WHERE c.contype = 'c' AND c.convalidated
             -- NOT ENFORCED, since 18.
             AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(c), 'conenforced')::boolean, true)
             AND (
                 c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey)
                 OR c.conrelid = '0' AND c.contypid = coalesce(a.atttypid, pg_catalog.to_regtype(nullif(u.type, '')))
             )
       ) END
FROM unnest($5::pg_catalog.text[], $6::pg_catalog.text[], $7::pg_catalog.text[], $8::pg_catalog.text[], $9::boolean[]) WITH ORDINALITY
     AS u (schema, relation, "column", type, is_enum, number)
LEFT JOIN pg_catalog.pg_attribute AS a
       ON a.attrelid = CASE WHEN u.relation <> '' THEN
              pg_catalog.to_regclass(pg_catalog.concat_ws('.', pg_catalog.quote_ident(nullif(u.schema, '')), pg_catalog.quote_ident(u.relation)))
          END
      AND a.attname = u."column" AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'insert',
       u.number,
       -- As `infer_arbiter_indexes` (plancat.c) looks for an index for ON CONFLICT.
       CASE
           WHEN u."constraint" <> '' THEN EXISTS (
               SELECT FROM pg_catalog.pg_constraint AS c
               WHERE c.conrelid = r.oid AND c.conname = u."constraint" AND c.contype IN ('p', 'u', 'x')
           )
           WHEN u.conflict::pg_catalog.jsonb <> '[]' THEN EXISTS (
               SELECT FROM pg_catalog.pg_index AS i
               WHERE i.indrelid = r.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                 AND i.indpred IS NULL AND i.indexprs IS NULL
                 AND (
                     SELECT pg_catalog.jsonb_agg(a.attname) @> u.conflict::pg_catalog.jsonb AND pg_catalog.jsonb_agg(a.attname) <@ u.conflict::pg_catalog.jsonb
                     FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.attnum
                     WHERE k.place <= i.indnkeyatts
                 )
           )
           ELSE true
       END,
       NULL,
       NULL,
       NULL,
       (
           SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
           FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
           WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
             AND (a.attnotnull OR t.typtype = 'd' AND t.typnotnull)
             AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL
             AND NOT u.given::pg_catalog.jsonb ? a.attname::pg_catalog.text
       )
FROM unnest($10::pg_catalog.text[], $11::pg_catalog.text[], $12::pg_catalog.text[], $13::pg_catalog.text[], $14::pg_catalog.text[]) WITH ORDINALITY
     AS u (schema, relation, given, conflict, "constraint", number)
JOIN pg_catalog.pg_class AS r
  ON r.oid = pg_catalog.to_regclass(pg_catalog.concat_ws('.', pg_catalog.quote_ident(nullif(u.schema, '')), pg_catalog.quote_ident(u.relation)))
WHERE r.relkind IN ('r', 'p')
  -- A trigger BEFORE INSERT (the bits 1, 2 and 4 of tgtype, pg_trigger.h) or a rule may fill the column.
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_trigger AS t
      WHERE t.tgtype & 7 = 7 AND NOT t.tgisinternal
        AND (t.tgrelid = r.oid OR t.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(r.oid)))
  )
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class = r.oid AND w.ev_type = '3')
"""

_ALIKE: Final = (
    ("smallint", "integer", "bigint"),
    ("character varying", "character", "text"),
    ("text", "character varying", "citext"),
    ("json", "jsonb"),
)
"""Types whose values may take the place of those of a type before them."""

_STRING: Final = r"E?'(?:[^']|'')*'"
_LIST: Final = (
    rf"CHECK \((?:{_STRING}|::text|::character varying|ARRAY|ANY| OR | IS NULL"
    r"|[\[\](),= ]|%s)+\)"
)
"""A CHECK constraint that lists the values of a column, as `pg_get_constraintdef` prints it."""


def _uses() -> tuple[list[Row], list[Row], list[Row]]:
    """Return what the queries of all modules use: columns, the values of types and columns, and INSERTs."""
    from . import _schema_uses  # large, and needed for this alone

    columns: dict[tuple[str, ...], list[Any]] = {}
    for line in _schema_uses.COLUMNS.splitlines():
        module, schema, relation, queries, used = json.loads(line)
        names = [f"{module}.{query}" for query in queries]
        for column, type_, not_null, behind_views, *places in used:
            key = schema, relation, column
            row = columns.setdefault(key, [*key, "", False, True, []])
            row[3] = type_ or row[3]
            row[4] |= not_null
            row[5] &= behind_views
            row[6] += [names[place] for place in places] if places else names
    values: dict[tuple[Any, ...], list[Any]] = {}
    for line in _schema_uses.VALUES.splitlines():
        module, *key, known, readers, writers = json.loads(line)
        row = values.setdefault(tuple(key), [*key, known, [], []])
        row[5] = known
        row[6] += [f"{module}.{query}" for query in readers]
        row[7] += [f"{module}.{query}" for query in writers]
    inserts: list[Row] = []
    for line in _schema_uses.INSERTS.splitlines():
        module, *used, queries = json.loads(line)
        inserts.append([*used, [f"{module}.{query}" for query in queries]])
    return (
        [columns[key] for key in sorted(columns)],
        [values[key] for key in sorted(values, key=lambda key: (key[3], *key))],
        inserts,
    )


def _parameters(
    columns: Sequence[Row], values: Sequence[Row], inserts: Sequence[Row]
) -> list[list[Any]]:
    return [
        *([row[place] for row in columns] for place in range(4)),
        *([row[place] for row in values] for place in range(5)),
        *([row[place] for row in inserts] for place in range(2)),
        *([json.dumps(row[place]) for row in inserts] for place in (2, 3)),
        [row[4] for row in inserts],
    ]


def _compare(
    columns: Sequence[Row],
    values: Sequence[Row],
    inserts: Sequence[Row],
    live: Iterable[Row],
) -> None:
    """Raise `SchemaMismatch` if the *live* database does not have what is used."""
    problems: list[str] = []
    kinds = {
        "column": (columns, _column_problems),
        "value": (values, _value_problems),
        "insert": (inserts, _insert_problems),
    }
    order = list(kinds)
    for kind, number, *facts in sorted(live, key=lambda r: (order.index(r[0]), r[1])):
        uses, problems_of = kinds[kind]
        problems += problems_of(uses[number - 1], facts)
    if problems:
        raise SchemaMismatch(problems)


def _column_problems(used: Row, facts: Row) -> Iterator[str]:
    schema, relation, column, type_, not_null, behind_views, queries = used
    exists, same_type, live_type, is_not_null, _ = facts
    name = ".".join(filter(None, [schema, relation, column]))
    users = f" (used by {_sorted(queries)})"
    if not exists:
        if not behind_views:
            yield f"{name} is missing{users}"
    elif type_ and not same_type and not _is_alike(type_, live_type):
        yield f"{name} is {live_type}, not {type_}{users}"
    elif not_null and not is_not_null:
        yield f"{name} may be NULL{users}"


def _insert_problems(used: Row, facts: Row) -> Iterator[str]:
    schema, relation, _, conflict, constraint, queries = used
    has_index, *_, missing = facts
    table = ".".join(filter(None, [schema, relation]))
    for column in missing or ():
        yield f"{table}.{column} is required (left out by {_sorted(queries)})"
    if not has_index:
        index = f"unique index on ({', '.join(conflict)})"
        needed = f"constraint {constraint}" if constraint else index
        yield f"{table} has no {needed} (needed by {_sorted(queries)})"


def _sorted(queries: Iterable[str]) -> str:
    return ", ".join(sorted(queries))


def _is_alike(type_: str, live: str) -> bool:
    return any(type_ in row and live in row[row.index(type_) :] for row in _ALIKE)


def _value_problems(used: Row, facts: Row) -> Iterator[str]:
    schema, relation, column, type_, is_enum, expected, readers, writers = used
    exists, *_, texts = facts
    if not column and not is_enum:
        # A composite that is sent. Each of its fields is looked up as a column, too.
        if texts != expected and set(texts or []).issuperset(expected):
            yield (
                f"{type_} has the fields {', '.join(texts)}, not {', '.join(expected)} in this order"
                f" (written by {_sorted(writers)})"
            )
        return
    name = ".".join(filter(None, [schema, relation, column])) or type_
    if not exists:
        if not column:
            yield f"{name} is missing (used by {_sorted(readers or writers)})"
        return
    allowed = texts if is_enum else _allowed(texts or [], column)
    if allowed is None:
        if readers and not texts:
            yield f"{name} may be any value (read by {_sorted(readers)})"
        return
    unknown = [value for value in allowed if value not in expected]
    missing = [value for value in expected if value not in allowed]
    if unknown and readers:
        yield f"{name} may be {_listed(unknown)} (read by {_sorted(readers)})"
    if missing and writers:
        yield f"{name} may not be {_listed(missing)} (written by {_sorted(writers)})"


def _allowed(definitions: Sequence[str], column: str) -> list[str] | None:
    """Return the values that CHECK constraints list for a column; None if none of them is such a list."""
    quoted = '"' + column.replace('"', '""') + '"'
    names = "|".join([re.escape(name) for name in (column, quoted, "VALUE")])
    allowed: list[str] | None = None
    for definition in definitions:
        if not re.fullmatch(_LIST % f"(?:{names})", definition):
            continue
        strings = [_text(string) for string in re.findall(_STRING, definition)]
        allowed = [value for value in strings if allowed is None or value in allowed]
    return allowed


def _text(string: str) -> str:
    if string.startswith("E"):
        return string[2:-1].replace("''", "'").replace("\\\\", "\\")
    return string[1:-1].replace("''", "'")


def _listed(values: Iterable[str]) -> str:
    return ", ".join([f"'{value}'" for value in values])
