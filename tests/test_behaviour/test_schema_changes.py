"""Columns that are added, dropped and reordered between build and run.

A generated function keeps returning what it returned, or fails because a column is missing. It never
has a value in the field of another column.
"""

from typing import Any

import psycopg
import pytest

from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL, "Odd name" text);
CREATE TABLE pets (
    id int PRIMARY KEY, owner_id int REFERENCES owners, name text NOT NULL, born_on date
);
CREATE TABLE empty (LIKE owners);
CREATE VIEW names AS SELECT id, name, born_on FROM pets;
CREATE FUNCTION first_owner(up_to int) RETURNS owners LANGUAGE sql STABLE
    AS 'SELECT o FROM owners AS o WHERE o.id <= up_to ORDER BY o.id LIMIT 1';
CREATE FUNCTION all_owners() RETURNS SETOF owners LANGUAGE sql STABLE
    AS 'SELECT o FROM owners AS o ORDER BY o.id';
INSERT INTO owners VALUES (1, 'Ann, "A"', NULL), (2, 'Bob', 'b\\c'), (3, '', '');
INSERT INTO pets VALUES (1, 1, 'Rex', '2020-02-29'), (2, 1, 'Tom', NULL), (3, NULL, 'Ida', NULL);
"""

FORMS = {
    "whole row": "SELECT o FROM owners AS o ORDER BY o.id",
    "whole row with a star": "SELECT array_agg(o.* ORDER BY o.id) FROM owners AS o",
    "beside columns": "SELECT p.id, o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id",
    "without an alias": "SELECT pets.id, owners FROM pets JOIN owners ON owners.id = owner_id ORDER BY pets.id",
    "left join": "SELECT p.id, o FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id",
    "right join": "SELECT p.id, o FROM owners AS o RIGHT JOIN pets AS p ON o.id = p.owner_id ORDER BY p.id",
    "full join": "SELECT p, o FROM owners AS o FULL JOIN pets AS p ON o.id = p.owner_id ORDER BY p.id, o.id",
    "join of joins": (
        "SELECT p.id, o, x FROM pets AS p LEFT JOIN (owners AS o JOIN owners AS x USING (id))"
        " ON o.id = p.owner_id ORDER BY p.id"
    ),
    "array of a subquery": (
        "SELECT o.id, ARRAY(SELECT p FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id) AS pets"
        " FROM owners AS o ORDER BY o.id"
    ),
    "array of a left join": (
        "SELECT ARRAY(SELECT o FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id"
        " ORDER BY p.id) AS owners"
    ),
    "array_agg": (
        "SELECT o.id, array_agg(p ORDER BY p.id) AS pets FROM owners AS o"
        " JOIN pets AS p ON p.owner_id = o.id GROUP BY o.id ORDER BY o.id"
    ),
    "array_agg with FILTER": (
        "SELECT o.id, coalesce(array_agg(p ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL), '{}') AS pets"
        " FROM owners AS o LEFT JOIN pets AS p ON p.owner_id = o.id GROUP BY o.id ORDER BY o.id"
    ),
    "array of rows": "SELECT ARRAY[o, o] AS pair FROM owners AS o ORDER BY o.id",
    "scalar subquery": (
        "SELECT p.id, (SELECT o FROM owners AS o WHERE o.id = p.owner_id) AS owner FROM pets AS p ORDER BY p.id"
    ),
    "outer row in a subquery": "SELECT (SELECT o) AS owner FROM owners AS o ORDER BY o.id",
    "CASE": "SELECT CASE WHEN o.id > 1 THEN o END AS owner FROM owners AS o ORDER BY o.id",
    "COALESCE": (
        "SELECT coalesce(o, d) AS owner FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id,"
        " owners AS d WHERE d.id = 3 ORDER BY p.id"
    ),
    "subquery in FROM": "SELECT s.o FROM (SELECT o, id FROM owners AS o) AS s ORDER BY s.id",
    "subquery in FROM, two levels": (
        "SELECT t.row FROM (SELECT s.o AS row, id FROM (SELECT o, o.id FROM owners AS o) AS s) AS t ORDER BY id"
    ),
    "star of a subquery": "SELECT * FROM (SELECT id, o FROM owners AS o) AS s ORDER BY id",
    "CTE": "WITH s AS (SELECT o, o.id FROM owners AS o) SELECT s.o FROM s ORDER BY s.id",
    "CTE, used twice": (
        "WITH s AS (SELECT o, o.id FROM owners AS o) SELECT a.o, b.o AS other"
        " FROM s AS a JOIN s AS b USING (id) ORDER BY a.id"
    ),
    "UNION ALL": "SELECT o FROM owners AS o WHERE id = 1 UNION ALL SELECT o FROM owners AS o WHERE id = 2",
    "view": "SELECT n FROM names AS n ORDER BY n.id",
    "row of a subquery": "SELECT s FROM (SELECT id, name FROM owners) AS s ORDER BY s.id",
    "row of a CTE": "WITH s AS (SELECT * FROM owners) SELECT s FROM s ORDER BY s.id",
    "row of a function": "SELECT f FROM all_owners() AS f ORDER BY f.id",
    "row of VALUES": "SELECT v FROM (VALUES (1, 'x'), (2, NULL)) AS v (a, b)",
    "composite star": "SELECT (o).* FROM owners AS o ORDER BY o.id",
    "composite star of a function": "SELECT (first_owner(2)).*, 'x' AS x",
    "composite star of a parameter": "SELECT (first_owner(:up_to)) . /* all */ *",
    "composite star of a set": "SELECT (all_owners()).*",
    "composite star of a subquery": "SELECT ((SELECT o FROM owners AS o WHERE o.id = 2)).*",
    "composite star around a star": "SELECT ((SELECT o FROM owners AS o JOIN (SELECT * FROM pets) AS p ON p.id = o.id WHERE o.id = 2)).*",
    "composite star in a subquery": "SELECT * FROM (SELECT (first_owner(2)).*) AS s",
    "star of a function": "SELECT * FROM first_owner(2)",
    "INSERT": "INSERT INTO owners AS o (id, name) VALUES (9, 'z') RETURNING o",
    "UPDATE": "UPDATE owners SET name = 'z' WHERE id = 1 RETURNING owners",
    "DELETE": "DELETE FROM pets WHERE id = 3 RETURNING pets",
    "UPDATE FROM": (
        "UPDATE pets AS p SET name = 'z' FROM owners AS o WHERE p.id = 1 AND o.id = p.owner_id RETURNING p.id, o"
    ),
    "modifying CTE": (
        "WITH gone AS (DELETE FROM pets AS p WHERE id = 3 RETURNING p) SELECT gone.p FROM gone"
    ),
    "two levels": (
        "SELECT o.id, ARRAY(SELECT s FROM (SELECT p.id, ARRAY(SELECT x FROM pets AS x WHERE x.id = p.id)"
        " AS same FROM pets AS p WHERE p.owner_id = o.id) AS s ORDER BY s.id) AS pets"
        " FROM owners AS o ORDER BY o.id"
    ),
}
"""Statements with whole rows, by their kind."""

FORMS_OF_18 = {
    "old and new": "UPDATE owners SET name = 'z' WHERE id = 1 RETURNING old AS before, new AS after",
    "old of an INSERT": "INSERT INTO owners (id, name) VALUES (9, 'z') RETURNING old AS before, new AS after",
}

HARMLESS = {
    "nothing": "",
    "a column more": "ALTER TABLE owners ADD x int; ALTER TABLE pets ADD x int DEFAULT 1",
    "columns reordered": """
        ALTER TABLE owners RENAME name TO former;
        ALTER TABLE owners ADD name text;
        UPDATE owners SET name = former;
        ALTER TABLE owners DROP former;
        ALTER TABLE pets RENAME born_on TO former;
        ALTER TABLE pets ADD x int, ADD born_on date;
        UPDATE pets SET born_on = former;
    """,
}
"""Changes after which every function returns what it returned before."""

HARMFUL = {
    "a column less": """
        ALTER TABLE owners DROP "Odd name"; ALTER TABLE pets DROP name CASCADE;
    """,
    "a column less and another more": """
        ALTER TABLE owners DROP "Odd name", ADD "Other name" text DEFAULT 'other';
        ALTER TABLE pets DROP name CASCADE, ADD other text DEFAULT 'other';
    """,
}
"""Changes after which functions that read the lost columns fail."""


def test_whole_rows_stay_what_they_were(build: Build, connection: Connection) -> None:
    forms = {**FORMS}
    if connection.info.server_version >= 180000:
        forms |= FORMS_OF_18
    names = {f"q{number}": form for number, form in enumerate(forms)}
    queries = "\n".join(
        f"-- name: {name} :many\n{forms[form]};" for name, form in names.items()
    )
    module = build(SCHEMA, queries).sub("q")
    before = {name: _result(module, name, connection) for name in names}
    assert not [names[n] for n, rows in before.items() if isinstance(rows, Exception)]
    wrong: list[tuple[str, str, object]] = []
    for change, statements in (HARMLESS | HARMFUL).items():
        with connection.transaction(force_rollback=True):
            connection.execute(statements.encode())
            for name, form in names.items():
                after = _result(module, name, connection)
                if after == before[name]:
                    continue
                if change in HARMFUL and isinstance(after, _EXPECTED):
                    continue
                wrong.append((change, form, after))
    assert wrong == []


_EXPECTED = (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable)


def _result(module: Any, name: str, connection: Connection) -> Any:
    """Return a function's result, or the error that it raises; undo what it changes."""
    function = getattr(module, name)
    arguments = {"up_to": 2} if "$1" in getattr(module, name.upper()) else {}
    try:
        with connection.transaction(force_rollback=True):
            return function(connection, **arguments)
    except (psycopg.Error, TypeError, ValueError) as error:
        return error


STORED = """
    CREATE TYPE address AS (street text, city text);
    CREATE TABLE people (id int PRIMARY KEY, home address NOT NULL, former address[] NOT NULL);
    INSERT INTO people VALUES (1, ('Elm', 'Rome'), ARRAY[('Oak', 'Bonn')::address]);
"""


@pytest.mark.parametrize("column", ["home", "former"])
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TYPE address ADD ATTRIBUTE zip text CASCADE",
        "ALTER TYPE address DROP ATTRIBUTE street CASCADE",
    ],
)
def test_stored_composites_of_another_size_are_refused(
    build: Build, connection: Connection, column: str, change: str
) -> None:
    query = f"-- name: read :many\nSELECT {column} FROM people"
    module = build(STORED, query).sub("q")
    assert module.read(connection)
    connection.execute(change.encode())
    with pytest.raises(psycopg.errors.DataError, match="its type has changed since"):
        module.read(connection)
