"""Whole rows whose columns are selected give the same rows, in the same order."""

from collections.abc import Iterator

import pytest

from sqlgen import database, describe
from tests.soundness.claims import folded, whole
from tests.soundness.test_traps import World

SCHEMA = """
CREATE TYPE kind AS (a int, b text);
CREATE TABLE authors (
    id int PRIMARY KEY, name text, note text, flag bool, code char(4), kind kind, tags text[]
);
CREATE TABLE kinds (id int, kinds kind[]);
CREATE TABLE books (id int PRIMARY KEY, author_id int, title text NOT NULL, name text);
CREATE TABLE "A b" ("Name" text, "a""b" text, select_ text);
CREATE TABLE lines ("first
line" int, second text);
CREATE TYPE lined AS ("a
field" int);
CREATE FUNCTION all_lines(OUT "x
y" int, OUT z int) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, 2';
INSERT INTO lines VALUES (1, 'x');
CREATE FUNCTION all_authors() RETURNS SETOF authors LANGUAGE sql STABLE AS 'SELECT a FROM authors AS a';
INSERT INTO authors VALUES
    (1, 'c', 'a "b", (c)', true, 'x', (1, 'y'), '{a,NULL}'),
    (2, 'b', NULL, NULL, NULL, NULL, NULL),
    (3, 'a', '', false, '', (NULL, NULL), '{}');
INSERT INTO books VALUES (1, 3, 'x', 'q'), (2, 1, 'y', 'p'), (3, 1, 'Z', 'z'), (4, 9, 'w', 'a'), (5, NULL, 'v', 'b');
INSERT INTO "A b" VALUES ('x', 'y', 'z'), ('a', NULL, NULL), (NULL, NULL, NULL);
"""

SELECTED = [
    "SELECT a FROM authors AS a",
    "SELECT authors FROM authors ORDER BY id",
    "SELECT a, a AS again, a.* FROM authors AS a",
    "SELECT b, b AS again, b.* FROM books AS b",
    "SELECT a.kind, a.id, a FROM authors AS a",
    "SELECT a author, a.id FROM authors a",
    'SELECT a AS "from" FROM authors AS a',
    "SELECT a AS from, 1 AS x FROM authors AS a",
    "SELECT a /* , */ AS /* from */ x -- ,\n, a.id FROM authors AS a;",
    "SELECT b.id, a FROM books AS b JOIN authors AS a ON a.id = b.author_id",
    "SELECT b.id, a FROM books AS b LEFT JOIN authors AS a ON a.id = b.author_id",
    "SELECT b, a FROM books AS b RIGHT JOIN authors AS a ON a.id = b.author_id",
    "SELECT b, a FROM books AS b FULL JOIN authors AS a ON a.id = b.author_id",
    "SELECT a FROM books AS b LEFT JOIN authors AS a ON a.id = b.author_id WHERE a.id IS NOT NULL",
    # An output column of the name that ORDER BY means would take it.
    "SELECT a FROM authors AS a ORDER BY name",
    "SELECT a FROM authors AS a ORDER BY NAME DESC",
    'SELECT a FROM authors AS a ORDER BY "name"',
    "SELECT a FROM authors AS a ORDER BY (name)",
    "SELECT a FROM authors AS a ORDER BY coalesce(note, name)",
    "SELECT a FROM authors AS a ORDER BY note NULLS FIRST, name LIMIT 2",
    "SELECT a, b FROM authors AS a JOIN books AS b USING (id) ORDER BY id",
    "SELECT a FROM books AS b LEFT JOIN authors AS a USING (id) ORDER BY id",
    "SELECT a FROM books AS b LEFT JOIN authors AS a USING (id, name) ORDER BY name, id DESC",
    "SELECT a FROM books AS b FULL JOIN authors AS a USING (id) ORDER BY id DESC",
    "SELECT a, -b.id AS name FROM authors AS a JOIN books AS b ON a.id = author_id ORDER BY name",
    "SELECT -a.id AS name, a FROM authors AS a ORDER BY name",
    "SELECT a, title AS note FROM authors AS a JOIN books AS b ON a.id = author_id ORDER BY note",
    'SELECT "A b" FROM "A b" ORDER BY "Name"',
    'SELECT "A b" FROM "A b" ORDER BY "a""b", select_',
    'SELECT "A b" AS "x "" y" FROM "A b"',
    "SELECT a FROM authors AS a WHERE a.id = (SELECT max(id) FROM books AS b ORDER BY 1 LIMIT 1) OR true",
    "SELECT a, row_number() OVER (ORDER BY note, name) FROM authors AS a ORDER BY name",
    "SELECT a, count(*) FROM authors AS a JOIN books AS b ON b.author_id = a.id GROUP BY a.id ORDER BY count",
    "SELECT title, a FROM authors AS a JOIN books AS b ON b.author_id = a.id ORDER BY 1",
    "SELECT a, title FROM authors AS a JOIN books AS b ON b.author_id = a.id ORDER BY title, coalesce(a.note, 'x')",
    "SELECT x FROM authors AS x (id, a, b) ORDER BY a",
    "SELECT f FROM all_authors() AS f ORDER BY name",
    "(SELECT a FROM authors AS a ORDER BY name)",
    "INSERT INTO books AS b (id, title) VALUES (9, 'x') RETURNING b",
    "INSERT INTO books AS b (id, title) SELECT id + 10, name FROM authors ORDER BY name LIMIT 1 RETURNING b AS book",
    "UPDATE authors AS a SET name = 'z' FROM books AS b WHERE b.author_id = a.id AND b.id = 1 RETURNING b, a",
    "DELETE FROM books RETURNING books",
    "SELECT a FROM authors AS a ORDER BY a.id FOR UPDATE OF a",
]

STAY = [
    "SELECT s FROM (SELECT name, id FROM authors) AS s ORDER BY name",
    "WITH s AS (SELECT name, id FROM authors ORDER BY id) SELECT s FROM s ORDER BY name",
    "SELECT v FROM (VALUES (1, 'x'), (2, NULL)) AS v (a, b)",
    "SELECT k FROM kinds AS k",
    "SELECT a.kind, a FROM authors AS a ORDER BY a.kind",
    "SELECT DISTINCT a FROM books AS a",
    "SELECT DISTINCT ON (b.name) b FROM books AS b ORDER BY b.name, b.id",
    "SELECT a FROM authors AS a WHERE id = 1 UNION ALL SELECT a FROM authors AS a WHERE id = 2",
    "SELECT b FROM books AS b ORDER BY b",
    "SELECT b AS name FROM books AS b ORDER BY name",
    "SELECT b FROM books AS b GROUP BY b",
    "SELECT a, title FROM authors AS a JOIN books AS b ON b.author_id = a.id ORDER BY 2",
    "SELECT a, title FROM authors AS a JOIN books AS b ON b.author_id = a.id ORDER BY b.id, (2)",
    "SELECT a, title, count(*) FROM authors AS a JOIN books AS b ON b.author_id = a.id GROUP BY a.id, 2 ORDER BY title",
    'SELECT b FROM books AS b ORDER BY U&"\\006eame"',
    "SELECT (b) FROM books AS b",
    "SELECT coalesce(b, b) FROM books AS b",
    "SELECT s FROM (SELECT kind, id FROM authors) AS s ORDER BY s.id",
    "SELECT s FROM (SELECT id, ARRAY(SELECT b FROM books AS b) AS books FROM authors) AS s ORDER BY s.id",
    "SELECT s.b FROM (SELECT b, id FROM books AS b) AS s ORDER BY s.id",
    "SELECT ARRAY(SELECT b FROM books AS b ORDER BY id) AS books",
]


@pytest.fixture(scope="module")
def world(server: database.Server) -> Iterator[World]:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA)
        yield World(connection, describe.catalog(connection))


@pytest.mark.parametrize("statement", SELECTED)
def test_columns_are_selected_for_whole_rows(world: World, statement: str) -> None:
    claim = world.claim(statement)
    rows = [c for c in claim.query.columns if c.row_columns]
    written_out = [c for c in claim.query.columns if c.written_out]
    assert rows == [c for c in written_out if c.type.name != "kind"] != []
    expected = whole(claim, world.run(statement))
    assert len(expected) > 0
    assert folded(claim, world.run(claim.selecting)) == expected


@pytest.mark.parametrize("statement", STAY)
def test_other_whole_rows_stay(world: World, statement: str) -> None:
    claim = world.claim(statement)
    assert all(column.row_columns is None for column in claim.query.columns)
    assert claim.selecting == claim.running


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT l FROM lines AS l",
        "SELECT l.second, l AS line FROM lines AS l",
        "SELECT ARRAY(SELECT l FROM lines AS l)",
        "SELECT to_json(l) FROM lines AS l",
        "SELECT l.* FROM lines AS l",
        "SELECT * FROM all_lines()",
        "SELECT l FROM all_lines() AS l",
        "SELECT (l).* FROM (SELECT '(1)'::lined AS l) AS s",
        'SELECT s FROM (SELECT 1 AS "a\nb", 2 AS c) AS s',
        'SELECT "a\nb" FROM lines AS "a\nb"',
    ],
)
def test_names_with_line_ends_are_not_written_out(world: World, statement: str) -> None:
    claim = world.claim(statement)
    assert folded(claim, world.run(claim.selecting)) == whole(
        claim, world.run(statement)
    )
