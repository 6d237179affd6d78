"""What JSON really is, held against the `TypedDict`s that its functions promise."""

import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow
from typeguard import (
    CollectionCheckStrategy,
    ForwardRefPolicy,
    TypeCheckError,
    check_type,
)

from sqlgen.model.row_styles import RowStyle

Connection = psycopg.Connection[TupleRow]
Build = Callable[..., Any]

# JsonValue refers to itself by a text that typeguard does not look up in another module.
pytestmark = pytest.mark.filterwarnings("ignore::typeguard.TypeHintWarning")

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'very sad');
CREATE TYPE place AS (street text, floor int, moods mood[]);
CREATE DOMAIN ints AS int[];
CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm'));
CREATE TABLE owners (
    id int PRIMARY KEY, name text NOT NULL, "odd key" text, "class" int, "int" int NOT NULL,
    born_on date, status text NOT NULL CHECK (status IN ('in', 'out')), mood mood, size size,
    home place, places place[], extra jsonb, tags text[], moods mood[], during tstzrange,
    photo bytea, since interval, flag bool, ref uuid, obj oid, small int2, big int8
);
CREATE TABLE pets (
    id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, name text NOT NULL,
    weight numeric(6,2), height float8 NOT NULL, seen timestamptz NOT NULL, price numeric NOT NULL
);
CREATE VIEW docs AS SELECT o.id, jsonb_build_object('id', o.id, 'name', o.name, 'sub',
    (SELECT jsonb_agg(p) FROM pets p WHERE p.owner_id = o.id)) AS doc FROM owners o;
CREATE VIEW plain AS SELECT id, name AS title, born_on FROM owners WHERE born_on IS NOT NULL;
INSERT INTO owners VALUES
    (1, 'Ann', 'x', 3, 1, '2020-01-01', 'in', 'happy', 's', ('s', 1, '{happy,NULL}'),
     ARRAY[('t', NULL, NULL)::place], '{"a": [1]}', '{a,b}', '{happy}', '[2020-01-01,)',
     '\\x00ff', '1 day', true, '00000000-0000-0000-0000-000000000001', 7, 1, 9007199254740993),
    (2, 'Bob', NULL, NULL, 2, 'infinity', 'out', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, 'Cid', NULL, NULL, 2, NULL, 'out', NULL, NULL, (NULL, NULL, NULL), '{}', 'null', '{}', '{}',
     'empty', '', '-1 mon', false, NULL, 0, -1, 0);
INSERT INTO pets VALUES
    (1, 1, 'Rex', 1.50, 'NaN', 'infinity', 'Infinity'), (2, 1, 'Tom', 'NaN', 1, now(), 'NaN'),
    (3, 1, 'Kit', NULL, '-Infinity', '-infinity', 3), (4, 2, 'Max', 2, 1e300, now(), 1.0);
"""

QUERIES = [
    "SELECT to_jsonb(GREATEST(ARRAY[[1]], ARRAY[[id]])) AS o FROM owners",
    "SELECT to_jsonb((SELECT max(ARRAY[tags]) FROM owners)) AS o",
    "SELECT to_jsonb(CASE WHEN id = 1 THEN ARRAY[[id]] ELSE GREATEST(ARRAY[id]) END) AS o FROM owners",
    "SELECT to_jsonb(array_fill(id, ARRAY[1, 2])) AS o, to_json(trim_array(ARRAY[[id]], 0)) AS p FROM owners",
    "SELECT o.id, row_to_json(o) AS o FROM owners o",
    "SELECT to_jsonb(o) AS o, to_json(o.*) AS p FROM owners AS o",
    "SELECT row_to_json(x) AS o FROM owners AS x (a, b)",
    "SELECT json_agg(o) AS os FROM owners o",
    "SELECT json_agg(o) AS os FROM owners o WHERE o.born_on IS NOT NULL",
    "SELECT o.id, json_agg(p) AS ps FROM owners o LEFT JOIN pets p ON p.owner_id = o.id GROUP BY o.id",
    """SELECT o.id, COALESCE(json_agg(p) FILTER (WHERE p.id IS NOT NULL), '[]') AS ps
    FROM owners o LEFT JOIN pets p ON p.owner_id = o.id GROUP BY o.id""",
    """SELECT o.id, COALESCE(jsonb_agg(jsonb_build_object('id', p.id, 'n', p.name, 'o', o.tags))
        FILTER (WHERE p.id IS NOT NULL), '[]'::jsonb) AS ps
    FROM owners o LEFT JOIN pets p ON p.owner_id = o.id GROUP BY o.id""",
    """SELECT o.id, jsonb_agg(jsonb_build_object('id', p.id, 'n', p.name) ORDER BY p.name) AS ps
    FROM owners o LEFT JOIN pets p ON p.owner_id = o.id GROUP BY o.id""",
    """SELECT json_agg(j) AS js FROM (owners o LEFT JOIN pets p ON p.owner_id = o.id) AS j(a, b)""",
    """SELECT o.id, l.* FROM owners o CROSS JOIN LATERAL (SELECT json_agg(json_build_object(
        'w', p.weight, 'h', p.height, 'p', p.price, 's', p.seen, 'owner', jsonb_build_object('m', o.mood)
        )) AS pets, count(*) AS n FROM pets p WHERE p.owner_id = o.id) l""",
    """SELECT o.id, l.pets FROM owners o LEFT JOIN LATERAL
    (SELECT json_agg(s) AS pets FROM (SELECT p.name, p.seen::date AS "on" FROM pets p
    WHERE p.owner_id = o.id) s) l ON true""",
    "SELECT doc FROM docs",
    "SELECT row_to_json(d) AS d FROM docs d",
    "SELECT json_agg(p) AS ps FROM plain p",
    "SELECT p.id, to_json(v) AS v FROM pets p LEFT JOIN plain v ON v.id = p.owner_id",
    "SELECT p.id, to_json(v) AS v FROM pets p LEFT JOIN (SELECT id, 1 AS one FROM owners) v ON v.id = p.id",
    """WITH x AS (SELECT id, name, born_on FROM owners), y AS (SELECT to_jsonb(x) AS doc, x FROM x)
    SELECT doc, row_to_json(y.x) AS again, jsonb_build_object('d', doc) AS deep FROM y""",
    """SELECT json_object_agg(name, born_on) AS m, jsonb_object_agg(name, to_jsonb(o)) AS n,
    json_object_agg(id, tags) FILTER (WHERE tags IS NOT NULL) AS t FROM owners o""",
    """SELECT json_build_object('avg', avg(id), 'sum', sum(id), 'n', count(*), 'big', sum(big),
        'r', round(avg(id), 2), 'max', max(born_on), 'all', bool_and(flag), 'half', 0.5,
        'half2', sum(id) / 2.0, 'price', sum(obj::text::numeric), 'neg', -1.5) AS s FROM owners""",
    "SELECT jsonb_build_object('w', avg(weight), 'h', max(height), 'p', sum(price)) AS s FROM pets",
    """SELECT json_build_array(1, 2, 3) AS ints, json_build_array(1, 'a') AS mixed, json_build_array() AS none,
    jsonb_build_array(name, born_on) AS strings, json_build_object() AS nothing FROM owners""",
    """SELECT json_build_object('a', 1, 'a', 'x') AS dup, json_build_object(name, 1) AS key,
    json_build_object(VARIADIC ARRAY['a', 'b']) AS v, jsonb_build_object('a', 1) || '{"a": "x"}' AS cat,
    jsonb_build_object('a', 1) - 'a' AS minus, jsonb_set(jsonb_build_object('a', 1), '{a}', '"x"') AS s
    FROM owners""",
    """SELECT json_strip_nulls(json_build_object('b', born_on, 'x', extra, 'n', name, 'o', to_json(o))) AS s,
    jsonb_strip_nulls(jsonb_build_object('l', jsonb_build_array(born_on), 'd', doc)) AS t
    FROM owners o JOIN docs USING (id)""",
    """SELECT CASE WHEN id = 1 THEN json_build_object('k', born_on) WHEN id = 2 THEN NULL
    ELSE json_build_object('k', 1, 'l', flag) END AS c,
    CASE WHEN born_on IS NOT NULL THEN json_build_object('b', born_on) END AS d,
    COALESCE(to_json(home), '{}') AS h, COALESCE(to_jsonb(mood), 'null') AS m,
    COALESCE(extra, jsonb_build_object('a', 1)) AS x FROM owners""",
    "SELECT jsonb_build_object('a', 1) AS u UNION ALL SELECT jsonb_build_object('a', NULL::int, 'b', true)",
    "SELECT to_jsonb(id) AS u FROM owners UNION SELECT to_jsonb(name) FROM owners",
    "SELECT to_json(ARRAY(SELECT p FROM pets p WHERE p.owner_id = o.id)) AS ps FROM owners o",
    "SELECT array_to_json(array_agg(o)) AS os, to_json(array_agg(o.home)) AS hs FROM owners o",
    "SELECT to_json(ARRAY[row_to_json(o), NULL]) AS a, to_json(ARRAY[[1,2],[3,4]]) AS b FROM owners o",
    "SELECT to_json(array_agg(born_on)) AS a, json_agg(tags) AS b, json_agg(DISTINCT o.id) AS c FROM owners o",
    """SELECT to_json(array_agg(tags)) AS a, to_json('{{1,2}}'::int[]) AS b, to_json('{1,NULL}'::int[]) AS c,
    to_json(array_fill(0, '{2,2}')) AS d, to_json(ARRAY[1] || ARRAY[[2]]) AS e, to_json(ARRAY[1] || 2) AS f,
    to_json(array_cat('{}', ARRAY['a', NULL])) AS g, to_json('{{1,2}}'::int[]::text[]) AS h,
    to_json('{{1}}'::ints) AS i, to_json('{{1}}'::int[] || '{}') AS j,
    to_json(string_to_array('a,b', ',')) AS k, to_json(array_append(array_agg(name), 'x')) AS l FROM owners WHERE tags = '{a,b}'""",
    "SELECT to_json(x.a) AS a FROM (SELECT array_agg(moods) AS a FROM owners WHERE id = 1) x",
    "SELECT to_json((SELECT r FROM (SELECT 1 AS one, 'x' AS \"odd key\") r)) AS r",
    "SELECT to_json(ROW(1, 'a', NULL)) AS r, to_jsonb(ROW('s', 1, NULL)::place) AS p, to_json(home) AS h FROM owners",
    "SELECT to_json(o.id) AS a, to_json(o.mood) AS m, to_json(o.during) AS d, to_jsonb(o.obj) AS oid FROM owners o",
    "SELECT to_json(v) AS v FROM (VALUES (1, 'a'), (2, NULL)) AS v (n, t)",
    "SELECT to_json(s) AS s, row_to_json(t) AS t FROM generate_series(1, 2) AS s, json_each('{\"a\": 1}') t",
    "SELECT json_agg(p) OVER (ORDER BY p.id) AS ps, jsonb_agg(p.weight) OVER () AS ws FROM pets p",
    """SELECT json_agg(p) FILTER (WHERE p.weight > 1) OVER (PARTITION BY owner_id) AS ps,
    CASE WHEN p.weight IS NOT NULL THEN json_agg(p.weight) OVER () END AS ws FROM pets p""",
    """SELECT status, jsonb_build_object('s', status, 'm', mood, 'n', count(*)) AS g FROM owners
    GROUP BY GROUPING SETS ((status, mood), (status), ())""",
    "UPDATE owners SET born_on = '2020-01-01' RETURNING jsonb_build_object('b', born_on, 'o', to_jsonb(owners)) AS r",
    "DELETE FROM pets p USING owners o WHERE o.id = p.owner_id RETURNING to_json(p) AS p, to_json(o) AS o",
    """WITH i AS (INSERT INTO pets VALUES (9, 3, 'New', 1, 1, now(), 1) RETURNING *)
    SELECT row_to_json(i) AS i, (SELECT json_agg(i) FROM i) AS many FROM i""",
    """WITH RECURSIVE r AS (SELECT 1 AS n, jsonb_build_object('n', 1) AS j UNION ALL
    SELECT n + 1, '"x"'::jsonb FROM r WHERE n < 2) SELECT j, to_json(r) AS r FROM r""",
    "SELECT json_object('{a,b,c,NULL}'::text[]) AS m, jsonb_object(ARRAY['k'], ARRAY[NULL]) AS n",
    "SELECT j.j FROM (SELECT to_json(o) AS j FROM owners o) a FULL JOIN (SELECT to_json(p) AS j FROM pets p) j ON false",
    "SELECT j FROM (SELECT id, to_jsonb(name) AS j FROM owners) a FULL JOIN (SELECT 9 AS id, to_jsonb(9) AS j) b USING (id, j)",
    "SELECT to_json(x) AS x FROM (SELECT 1 AS a UNION ALL SELECT 2.5) x",
    "SELECT to_json(x) AS x FROM (SELECT 'a' AS a UNION ALL SELECT name FROM owners) x",
    "SELECT to_json(o) AS o FROM owners o FOR UPDATE",
    "SELECT to_jsonb(now()) AS n, to_json(current_date) AS d, to_json(pg_typeof(1)) AS t, to_json(1 > 2) AS b",
]

NEWER = [
    """SELECT JSON_OBJECT('id': id, 'b': born_on) AS a, JSON_OBJECT('id': id, 'b': born_on ABSENT ON NULL) AS b,
    JSON_OBJECT('x': extra, 'f': '[1]' FORMAT JSON, name: 1) AS c, JSON_OBJECT('a': 1, 'a': 2) AS d,
    JSON_OBJECT('a': id RETURNING jsonb) AS e, JSON_OBJECT('a': id RETURNING text) AS f FROM owners""",
    """SELECT JSON_ARRAY(name, born_on) AS a, JSON_ARRAY(name, born_on NULL ON NULL) AS b, JSON_ARRAY() AS c,
    JSON_ARRAY(SELECT name FROM owners) AS d, JSON_ARRAY(1, 'a') AS e FROM owners""",
    """SELECT JSON_OBJECTAGG(name: born_on) AS a, JSON_OBJECTAGG(name: born_on ABSENT ON NULL) AS b,
    JSON_ARRAYAGG(born_on) AS c, JSON_ARRAYAGG(born_on NULL ON NULL RETURNING jsonb) AS d,
    JSON_ARRAYAGG(o) AS e FROM owners o""",
    "SELECT JSON_SCALAR(born_on) AS a, JSON('{}') AS b, JSON_SCALAR(1.5) AS c FROM owners",
    "SELECT json_strip_nulls('{\"a\": null}'::json, true) AS a, jsonb_strip_nulls(to_jsonb(o), false) AS o FROM owners o",
    """UPDATE owners SET born_on = NULL RETURNING to_json(old) AS o, to_json(new) AS n,
    jsonb_build_object('was', old.born_on, 'is', new.born_on) AS b""",
    "INSERT INTO pets VALUES (9, 3, 'New', 1, 1, now(), 1) RETURNING to_json(old) AS o, to_json(new) AS n",
    """MERGE INTO pets p USING owners o ON p.owner_id = o.id WHEN MATCHED THEN DELETE
    WHEN NOT MATCHED THEN INSERT VALUES (8, o.id, 'x', 1, 1, now(), 1) RETURNING to_json(p) AS p, to_json(o) AS o""",
]


@pytest.mark.parametrize("empty", [False, True], ids=["rows", "no-rows"])
def test_every_value_is_what_its_annotation_says(
    build: Build, connection: Connection, empty: bool
) -> None:
    check(build, connection, QUERIES, empty)


@pytest.mark.parametrize("empty", [False, True], ids=["rows", "no-rows"])
def test_so_are_the_values_of_newer_servers(
    build: Build, newest_connection: Connection, empty: bool
) -> None:
    assert newest_connection.info.server_version >= 180000
    check(build, newest_connection, NEWER, empty)


def check(
    build: Build, connection: Connection, queries: list[str], empty: bool
) -> None:
    connection.execute(SCHEMA.encode())
    if empty:
        connection.execute("TRUNCATE owners, pets")
    named = [f"-- name: q{n} :many\n{text};\n" for n, text in enumerate(queries)]
    module = build(connection, "\n".join(named))
    connection.autocommit = False
    wrong: list[str] = []
    for number, text in enumerate(queries):
        function = getattr(module, f"q{number}")
        annotation = typing.get_type_hints(function)["return"]
        if empty and "INSERT INTO pets VALUES (9, 3" in text:
            continue  # there is no owner 3
        try:
            conforms(function(connection), annotation)
        except TypeCheckError as error:
            wrong.append(f"{text}\n{error}")
        connection.rollback()
    assert not wrong, "\n".join(wrong)


def conforms(value: Any, annotation: Any) -> None:
    """Raises `TypeCheckError` if the value, or a part of it, is not what the annotation says."""
    [row] = typing.get_args(annotation)
    if not is_dataclass(row):
        of_type(value, annotation)
        return
    hints = typing.get_type_hints(row, include_extras=True)
    for each in value:
        assert type(each) is row
        for field in fields(row):
            of_type(getattr(each, field.name), hints[field.name])


def of_type(value: Any, annotation: Any) -> None:
    check_type(
        value,
        annotation,
        forward_ref_policy=ForwardRefPolicy.IGNORE,
        collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS,
    )


@pytest.mark.parametrize("rows", list(RowStyle))
def test_rows_of_every_style_have_shapes(
    build: Build, connection: Connection, rows: RowStyle
) -> None:
    connection.execute(SCHEMA.encode())
    query = """-- name: q :many
    SELECT o.id, jsonb_strip_nulls(to_jsonb(o)) AS doc, json_build_object('odd key', born_on) AS odd
    FROM owners o ORDER BY id"""
    module = build(connection, query, rows=rows)
    hints = typing.get_type_hints(module.QRow, include_extras=True)
    for row in module.q(connection):
        for name in ("id", "doc", "odd"):
            of_type(getattr(row, name), hints[name])
