"""Arrays of several dimensions: each value has as many as its annotation says."""

import dataclasses
from collections.abc import Callable
from typing import Any, get_type_hints

from typeguard import CollectionCheckStrategy, check_type

from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'gay');
CREATE TYPE place AS (street text, floor int);
CREATE DOMAIN pair AS int[];
CREATE DOMAIN pairs AS pair[];
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE t (
    id int PRIMARY KEY, arr int[] NOT NULL, word text[] NOT NULL, nums numeric[] NOT NULL,
    moods mood[] NOT NULL, days date[] NOT NULL, docs jsonb[] NOT NULL, places place[] NOT NULL,
    spans int4range[] NOT NULL, ips inet[] NOT NULL, crates box[] NOT NULL, p pair NOT NULL,
    grid int[] NOT NULL GENERATED ALWAYS AS (ARRAY[arr, arr]) STORED
);
INSERT INTO t VALUES
    (1, '{1,2}', '{a,b}', '{1.5,2}', '{sad,gay}', '{2024-01-01,2024-01-02}', '{"[1]","{}"}',
     '{"(a,1)","(b,2)"}', '{"[1,2)","[3,4)"}', '{::1,1.2.3.4}', '{(1,2),(3,4);(5,6),(7,8)}', '{1,2}'),
    (2, '{3,4}', '{c,d}', '{3,4}', '{gay,gay}', '{2025-01-01,2025-01-02}', '{"1","2"}',
     '{"(c,1)","(d,2)"}', '{"[1,2)","[3,4)"}', '{::1,1.2.3.4}', '{(1,2),(3,4);(5,6),(7,8)}', '{3,4}');
CREATE TABLE v (id int PRIMARY KEY, arr int[] NOT NULL);
INSERT INTO v VALUES (1, '{1,2}');
CREATE VIEW grids AS SELECT array_agg(arr) AS m, ARRAY[[1, 2]] AS n FROM t;
CREATE FUNCTION squared(a int) RETURNS int[] LANGUAGE sql BEGIN ATOMIC SELECT ARRAY[[a, a]]; END;
CREATE FUNCTION same(anyarray) RETURNS anyarray LANGUAGE sql AS 'SELECT $1';
CREATE TYPE board AS (name text, cells int[]);
"""

ONE = "list[int]"
TWO = "list[list[int]]"
THREE = "list[list[list[int]]]"
EITHER = "list[int] | list[list[int]]"

EXPRESSIONS: dict[str, str] = {
    # --- made by the query
    "ARRAY[1, 2]": ONE,
    "ARRAY[[1, 2], [3, 4]]": TWO,
    "ARRAY[[[1, 2]], [[3, 4]]]": THREE,
    "ARRAY[[1, NULL]]": "list[list[int]]",
    "ARRAY[ARRAY[1, 2], ARRAY[3, 4]]": TWO,
    "ARRAY[arr, arr]": TWO,
    "ARRAY[ARRAY[arr], ARRAY[arr]]": THREE,
    "ARRAY[ARRAY[]::int[]]": ONE,
    "ARRAY[NULL::int[]]": "list[int]",
    "'{{1,2},{3,4}}'::int[]": TWO,
    "'{1,2}'::int[]": ONE,
    "'{}'::int[]": ONE,
    "'[0:1][1:2]={{1,2},{3,4}}'::int[]": TWO,
    "ARRAY(SELECT id FROM t)": ONE,
    "ARRAY(SELECT arr FROM t)": TWO,
    "ARRAY(SELECT ARRAY[arr] FROM t)": THREE,
    "ARRAY(SELECT ARRAY(SELECT id FROM t) FROM t)": TWO,
    "ARRAY(SELECT arr FROM t WHERE false)": TWO,
    "ARRAY(SELECT arr FROM t UNION ALL SELECT ARRAY[5, 6])": TWO,
    "ARRAY(SELECT p FROM t)": TWO,
    "(SELECT array_agg(arr) FROM t)": TWO,
    "(SELECT array_agg(id) FROM t)": ONE,
    "(SELECT array_agg(p) FROM t)": TWO,
    "(SELECT array_agg(p ORDER BY id DESC) FILTER (WHERE id > 0) FROM t)": TWO,
    "(SELECT array_agg(a) FROM (SELECT array_agg(arr) AS a FROM t GROUP BY id) s)": THREE,
    "grid": TWO,
    "ARRAY[p, p]": TWO,
    "ARRAY[p]": TWO,
    "ARRAY['{{1,2}}'::pair]": THREE,
    "(ARRAY['{{1,2}}'::pair])[1]": TWO,
    "(SELECT array_agg(p::pairs) FROM (SELECT ARRAY['{1}'::pair] AS p) s)": (
        "list[list[list[int]]]"
    ),
    # --- passed on
    "ARRAY[[1, 2]]::bigint[]": TWO,
    "ARRAY[[1, 2]]::numeric[]": "list[list[Decimal]]",
    "ARRAY[['a', 'b']]::varchar(9)[]": "list[list[str]]",
    "ARRAY[[1, 2]]::positive[]": TWO,
    "ARRAY[[1, 2]]::pair": TWO,
    "ARRAY[['1', '2']]::int[]": TWO,
    "COALESCE(ARRAY[[1]], ARRAY[1])": TWO,
    "COALESCE((SELECT array_agg(arr) FROM t), '{}')": TWO,
    "COALESCE((SELECT array_agg(arr) FROM t WHERE false), ARRAY[1])": EITHER,
    "COALESCE(NULL, ARRAY[[1]])": TWO,
    "CASE WHEN id = 1 THEN ARRAY[[1]] ELSE ARRAY[1] END": EITHER,
    "CASE WHEN id = 1 THEN ARRAY[[1]] ELSE arr END": EITHER,
    "CASE WHEN id = 1 THEN ARRAY[[1]] END": TWO,
    "CASE id WHEN 1 THEN '{}' ELSE ARRAY[[1]] END": TWO,
    "CASE id WHEN 1 THEN ARRAY[[1]] WHEN 2 THEN ARRAY[1] ELSE ARRAY[[[1]]] END": "list[Any]",
    "GREATEST(ARRAY[[1]], ARRAY[[2]])": TWO,
    "NULLIF(ARRAY[[1]], ARRAY[[2]])": TWO,
    "(SELECT ARRAY[[1]])": TWO,
    "(SELECT s.m FROM (SELECT ARRAY[arr] AS m) s)": TWO,
    "(SELECT (s).m FROM (SELECT ARRAY[arr] AS m) s)": TWO,
    "(SELECT c FROM (VALUES (ARRAY[[1]]), (ARRAY[[2]])) v (c) LIMIT 1)": TWO,
    "(SELECT c FROM (VALUES (ARRAY[1]), (ARRAY[[2]])) v (c) OFFSET 1)": EITHER,
    "(SELECT m FROM grids)": TWO,
    "(SELECT n FROM grids)": TWO,
    "(ROW('a', ARRAY[[1]])::board).cells": TWO,
    "squared(id)": TWO,
    "same(ARRAY[[1]])": EITHER,
    "same(arr)": ONE,
    "(SELECT max(ARRAY[arr]) FROM t)": TWO,
    "(SELECT mode() WITHIN GROUP (ORDER BY ARRAY[arr]) FROM t)": TWO,
    "(SELECT percentile_disc(ARRAY[[0.1, 0.5], [0.6, 0.9]]) WITHIN GROUP (ORDER BY id) FROM t)": (
        "list[list[int]]"
    ),
    "(SELECT percentile_cont('{0.1,0.5}'::float8[]) WITHIN GROUP (ORDER BY id) FROM t)": (
        "list[float]"
    ),
    # --- through text
    "'{{1,2},{3,4}}'::text::int[]": TWO,
    "' [0:0][1:2] = { {1,2} }'::text::int[]": TWO,
    "'{1,2}'::text::int[]": ONE,
    "'{}'::text::int[]": ONE,
    """'{"{a"}'::text::text[]""": "list[str]",
    "ARRAY[[1, 2]]::text::int[]": TWO,
    "ARRAY[arr]::text::varchar::int[]": TWO,
    "arr::text::int[]": ONE,
    # --- subscripts
    "(ARRAY[[1, 2], [3, 4]])[1][2]": "int",
    "(ARRAY[[1, 2], [3, 4]])[1:1]": TWO,
    "(ARRAY[[1, 2], [3, 4]])[1:1][2]": TWO,
    "(ARRAY[arr, arr])[2:]": TWO,
    "arr[1:1]": ONE,
    # --- functions
    "ARRAY[[1, 2]] || ARRAY[3, 4]": TWO,
    "ARRAY[1, 2] || ARRAY[[3, 4]]": TWO,
    "ARRAY[[1, 2]] || arr": TWO,
    "arr || ARRAY[[1, 2]]": TWO,
    "ARRAY[[1, 2]] || ARRAY[[3, 4]]": TWO,
    "ARRAY[[1, 2]] || '{}'": TWO,
    "ARRAY[[1, 2]] || NULL": TWO,
    "NULL || ARRAY[[1, 2]]": TWO,
    "arr || 3": ONE,
    "3 || arr": ONE,
    "arr || arr": ONE,
    "arr || ARRAY(SELECT arr FROM t)": EITHER,
    "arr || ARRAY(SELECT arr FROM t WHERE false)": EITHER,
    "ARRAY(SELECT arr FROM t) || '{}'::int[]": TWO,
    "array_cat(ARRAY[[[1]]], ARRAY[[1]])": THREE,
    "array_append(arr, 1)": ONE,
    "array_prepend(1, '{}')": ONE,
    "array_replace(ARRAY[[1, 2]], 1, 5)": TWO,
    "array_remove(arr, 1)": ONE,
    "trim_array(ARRAY[[1], [2]], 1)": TWO,
    "array_fill(0, ARRAY[2, 3])": "list[list[int]]",
    "array_fill(0, '{2,3}')": "list[list[int]]",
    "array_fill(0, ARRAY[2])": "list[int]",
    "array_fill(0, arr)": "list[Any]",
    "string_to_array('a b', ' ')": "list[str]",
    "regexp_match('ab', '(a)(b)')": "list[str]",
    "hstore_to_matrix('a=>1')": "list[list[str]]",
    "%# 'a=>1'::hstore": "list[list[str]]",
    "%% 'a=>1'::hstore": "list[str]",
    # --- elements of each kind
    "ARRAY[word, word]": "list[list[str]]",
    "ARRAY[nums, nums]": "list[list[Decimal]]",
    "ARRAY[moods, moods]": "list[list[made.models.Mood]]",
    "ARRAY[days, days]": "list[list[datetime.date]]",
    "ARRAY[places, places]": "list[list[made.models.Place]]",
    "ARRAY[ARRAY[id / 2::float8]]": "list[list[float]]",
    "ARRAY[['00000000-0000-0000-0000-000000000001'::uuid]]": "list[list[uuid.UUID]]",
    "ARRAY[spans, spans]": "list[list[Range[int]]]",
    "ARRAY[crates, crates]": "list[list[str]]",
    "(SELECT array_agg(moods) FROM t)": "list[list[made.models.Mood]]",
    "(SELECT array_agg(places) FROM t)": "list[list[made.models.Place]]",
    "(SELECT array_agg(ARRAY[ROW('a', 1)::place]) FROM t)": "list[list[made.models.Place]]",
    "CASE WHEN id = 1 THEN ARRAY[moods] ELSE moods END": (
        "list[made.models.Mood] | list[list[made.models.Mood]]"
    ),
    "CASE WHEN id = 1 THEN ARRAY[places] ELSE places END": (
        "list[made.models.Place] | list[list[made.models.Place]]"
    ),
}

STATEMENTS: dict[str, tuple[str, str]] = {
    "UNION of the same": (
        "SELECT ARRAY[arr] AS a FROM t UNION ALL SELECT ARRAY[[7, 8]]",
        TWO,
    ),
    "UNION of others": (
        "SELECT arr AS a FROM t UNION ALL SELECT ARRAY[[7, 8]]",
        EITHER,
    ),
    "UNION with an empty one": ("SELECT ARRAY[arr] AS a FROM t UNION SELECT '{}'", TWO),
    "UNION with NULL": (
        "SELECT ARRAY[arr] AS a FROM t UNION SELECT NULL",
        TWO,
    ),
    "INTERSECT": ("SELECT ARRAY[[1, 2]] AS a INTERSECT SELECT ARRAY[arr] FROM t", TWO),
    "INTERSECT with a column": (
        "SELECT '{{1,2},{3,4}}'::int[] AS a INTERSECT SELECT m FROM grids",
        TWO,
    ),
    "EXCEPT": ("SELECT ARRAY[[9, 9]] AS a EXCEPT SELECT arr FROM t", TWO),
    "a CTE": ("WITH c AS (SELECT ARRAY[arr] AS a FROM t) SELECT a FROM c", TWO),
    "a materialised CTE": (
        "WITH c AS MATERIALIZED (SELECT array_agg(arr) AS a FROM t) SELECT a FROM c",
        TWO,
    ),
    "a recursive CTE": (
        (
            "WITH RECURSIVE r AS (SELECT 1 AS n, ARRAY[[1]] AS a UNION ALL"
            " SELECT n + 1, a || ARRAY[[n + 1]] FROM r WHERE n < 3) SELECT a FROM r"
        ),
        TWO,
    ),
    "a recursive CTE that goes deeper": (
        (
            "WITH RECURSIVE r AS (SELECT 1 AS n, ARRAY[1] AS a UNION ALL"
            " SELECT n + 1, ARRAY[a] FROM r WHERE n < 4) SELECT a FROM r"
        ),
        "list[Any]",
    ),
    "GROUP BY": ("SELECT ARRAY[arr] AS a FROM t GROUP BY ARRAY[arr]", TWO),
    "GROUPING SETS": (
        "SELECT ARRAY[arr] AS a FROM t GROUP BY GROUPING SETS ((ARRAY[arr]), ())",
        TWO,
    ),
    "an outer join": (
        "SELECT s.a FROM t LEFT JOIN (SELECT ARRAY[[1]] AS a) s ON t.id = 1",
        TWO,
    ),
    "USING": (
        (
            "SELECT a FROM (SELECT ARRAY[[1]] AS a) s FULL JOIN (SELECT ARRAY[[2]] AS a) u"
            " USING (a)"
        ),
        TWO,
    ),
    "a window": ("SELECT array_agg(arr) OVER (ORDER BY id) AS a FROM t", TWO),
    "lag": ("SELECT lag(ARRAY[arr]) OVER (ORDER BY id) AS a FROM t", TWO),
    "lag with a default": (
        "SELECT lag(arr, 1, ARRAY[[0]]) OVER (ORDER BY id) AS a FROM t",
        EITHER,
    ),
    "unnest of domains": (
        "SELECT unnest(ARRAY['{{1,2}}'::pair, '{{3}}'::pair]) AS a",
        TWO,
    ),
    "FROM unnest of domains": (
        "SELECT a FROM unnest(ARRAY['{{1,2}}'::pair, '{{3}}'::pair]) AS a",
        TWO,
    ),
    "RETURNING": ("UPDATE t SET id = id RETURNING ARRAY[arr] AS a", TWO),
    "SET": ("UPDATE t SET arr = ARRAY[[1]] RETURNING arr AS a", TWO),
    "SET of an item": ("UPDATE t SET arr[1] = 5 RETURNING arr AS a", ONE),
    "no SET": ("UPDATE t SET id = id RETURNING arr AS a", ONE),
    "INSERT": ("INSERT INTO v VALUES (7, ARRAY[[1]]) RETURNING arr AS a", TWO),
    "INSERT of rows": (
        "INSERT INTO v VALUES (7, ARRAY[[1]]), (8, ARRAY[1]) RETURNING arr AS a",
        EITHER,
    ),
    "INSERT of a SELECT": (
        "INSERT INTO v SELECT 7, array_agg(arr) FROM t RETURNING arr AS a",
        TWO,
    ),
    "INSERT of an item": (
        "INSERT INTO v (id, arr[1]) VALUES (7, 1) RETURNING arr AS a",
        ONE,
    ),
    "ON CONFLICT": (
        (
            "INSERT INTO v VALUES (1, ARRAY[1]) ON CONFLICT (id)"
            " DO UPDATE SET arr = ARRAY[[1]] RETURNING arr AS a"
        ),
        EITHER,
    ),
    "ON CONFLICT that leaves it": (
        (
            "INSERT INTO v VALUES (1, ARRAY[[1]]) ON CONFLICT (id)"
            " DO UPDATE SET id = 1 RETURNING arr AS a"
        ),
        EITHER,
    ),
    "several set-returning functions": (
        "SELECT unnest(ARRAY['{{1,2}}'::pair]) AS a, generate_series(1, 2) AS n",
        TWO,
    ),
    "ROWS FROM": (
        (
            "SELECT a FROM ROWS FROM (generate_series(1, 2),"
            " unnest(ARRAY['{{1,2}}'::pair])) AS f (n, a)"
        ),
        TWO,
    ),
    "RETURNING of a CTE": (
        "WITH u AS (UPDATE t SET id = id RETURNING ARRAY[arr] AS a) SELECT a FROM u",
        TWO,
    ),
    "VALUES": ("VALUES (ARRAY[[1]]), (ARRAY[[2]])", TWO),
    "a parameter": ("SELECT :a::int[] AS a", ONE),
}


def written(type_: Any) -> str:
    """Return an annotation as code would write it, without `None` and some modules' names."""
    text = (
        type_.__name__
        if isinstance(type_, type) and "[" not in repr(type_)
        else repr(type_)
    )
    for part in ("typing.", "decimal.", "psycopg.types.range.", " | None"):
        text = text.replace(part, "")
    return text


def check(value: Any, annotation: Any) -> None:
    """Raise unless the value, with all that it contains, is what the annotation says."""
    check_type(
        value, annotation, collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS
    )
    if isinstance(value, list):
        for item in value:
            check(item, Any)
    elif dataclasses.is_dataclass(value):
        for name, type_ in get_type_hints(type(value)).items():
            check(getattr(value, name), type_)


def call(module: Any, connection: Connection, name: str, **arguments: Any) -> str:
    """Call a `:many` function, check its values, and return the annotation of one."""
    function: Callable[..., list[Any]] = getattr(module, name)
    annotation = get_type_hints(function)["return"]
    with connection.transaction(force_rollback=True):
        rows = function(connection, **arguments)
    assert rows
    check(rows, annotation)
    (item,) = annotation.__args__
    if dataclasses.is_dataclass(item):  # of a statement with a second column
        item = get_type_hints(item).get("a", item)
    return written(item)


def test_expressions(build: Build, connection: Connection) -> None:
    queries = "\n".join(
        f"-- name: q{n} :many\nSELECT {expression} AS a FROM t;"
        for n, expression in enumerate(EXPRESSIONS)
    )
    module = build(SCHEMA, queries).sub("q")
    annotations = {
        expression: call(module, connection, f"q{n}")
        for n, expression in enumerate(EXPRESSIONS)
    }
    assert annotations == EXPRESSIONS


def test_statements(build: Build, connection: Connection) -> None:
    queries = "\n".join(
        f"-- name: q{n} :many\n{sql};" for n, (sql, _) in enumerate(STATEMENTS.values())
    )
    module = build(SCHEMA, queries).sub("q")
    annotations = {
        title: call(module, connection, f"q{n}", **({"a": [1]} if ":a" in sql else {}))
        for n, (title, (sql, _)) in enumerate(STATEMENTS.items())
    }
    assert annotations == {title: type_ for title, (_, type_) in STATEMENTS.items()}


def test_items_that_are_unions(build: Build, connection: Connection) -> None:
    module = build(
        SCHEMA,
        """
        -- name: json :many
        SELECT ARRAY[docs, docs] AS a FROM t;
        -- name: addresses :many
        SELECT ARRAY[ips, ips] AS a FROM t;
        """,
    ).sub("q")
    assert call(module, connection, "json").startswith("list[list[dict[")
    assert call(module, connection, "addresses").startswith("list[list[ipaddress.")
    assert module.json(connection)[0] == [[[1], {}], [[1], {}]]


def test_configured_types(build: Build, connection: Connection) -> None:
    types = {
        "integer": "fractions.Fraction",
        "inet": "str",
        "mood": "collections.UserString",
    }
    module = build(
        SCHEMA,
        """
        -- name: numbers :many
        SELECT ARRAY[arr, arr] AS a FROM t;
        -- name: addresses :many
        SELECT ARRAY[ips] AS a FROM t;
        -- name: moods :many
        SELECT ARRAY[ARRAY[moods]] AS a FROM t;
        -- name: either :many
        SELECT CASE WHEN id = 1 THEN ARRAY[arr] ELSE arr END AS a FROM t;
        -- name: either_mood :many
        SELECT CASE WHEN id = 1 THEN ARRAY[moods] ELSE moods END AS a FROM t;
        """,
        types=types,
    ).sub("q")
    assert call(module, connection, "numbers") == "list[list[fractions.Fraction]]"
    assert call(module, connection, "addresses") == "list[list[str]]"
    assert (
        call(module, connection, "moods") == "list[list[list[collections.UserString]]]"
    )
    assert call(module, connection, "either") == "list[Any]"
    assert (
        call(module, connection, "either_mood")
        == "list[collections.UserString] | list[list[collections.UserString]]"
    )
    assert module.either(connection) == [[[1, 2]], [3, 4]]


def test_fields_of_whole_rows(build: Build, connection: Connection) -> None:
    module = build(
        SCHEMA,
        """
        -- name: rows :many
        SELECT s FROM (SELECT id, ARRAY[arr] AS m, ARRAY[moods] AS n FROM t) s;
        -- name: lists :many
        SELECT ARRAY(SELECT s FROM (SELECT ARRAY[arr] AS m, arr AS n FROM t) s) AS a FROM t;
        -- name: tables :many
        SELECT ARRAY[ARRAY[v]] AS a FROM v;
        """,
    ).sub("q")
    assert call(module, connection, "tables") == "list[list[made.models.V]]"
    for name in ("rows", "lists"):
        call(module, connection, name)
    [row, _] = module.rows(connection)
    assert written(get_type_hints(type(row))["m"]) == TWO
    assert written(get_type_hints(type(row))["n"]) == "list[list[made.models.Mood]]"
    first = module.lists(connection)[0][0]
    assert (first.m, first.n) == ([[1, 2]], [1, 2])
