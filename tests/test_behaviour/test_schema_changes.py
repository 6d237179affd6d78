"""Columns that are added, dropped and reordered between build and run.

A generated function keeps returning what it returned, or fails because a column is missing. It never
has a value in the field of another column.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from tests.soundness.claims import Claim, folded, whole
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
    "ROW": 'SELECT ROW(o.id, o."Odd name") AS r FROM owners AS o ORDER BY o.id',
    "array of ROW": "SELECT ARRAY(SELECT (p.id, p.born_on) FROM pets AS p ORDER BY p.id) AS pets",
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
    "DISTINCT": "SELECT DISTINCT o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id",
    "DISTINCT with ORDER BY": (
        "SELECT DISTINCT o AS owner, p.name FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id"
        " ORDER BY o DESC, p.name"
    ),
    "DISTINCT ON": (
        "SELECT DISTINCT ON (o) o, p.id FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY o, p.id"
    ),
    "DISTINCT ON beside": (
        "SELECT DISTINCT ON (o.id) o, p FROM owners AS o JOIN pets AS p ON p.owner_id = o.id ORDER BY o.id, p.id"
    ),
    "ORDER BY": "SELECT o FROM owners AS o ORDER BY o DESC",
    "ORDER BY its number": "SELECT o AS owner, 1 AS one FROM owners AS o ORDER BY 1 LIMIT 2",
    "GROUP BY": (
        "SELECT o AS owner, count(*) AS pets FROM owners AS o JOIN pets AS p ON p.owner_id = o.id GROUP BY o"
    ),
    "GROUP BY with HAVING": (
        "SELECT count(*) AS n, o FROM owners AS o GROUP BY o HAVING max(o.id) > 1 ORDER BY max(o.id)"
    ),
    "UNION": "SELECT o FROM owners AS o UNION SELECT o FROM owners AS o WHERE id = 2 ORDER BY 1",
    "INTERSECT": "SELECT o FROM owners AS o INTERSECT SELECT o FROM owners AS o WHERE id > 1 ORDER BY 1 DESC",
    "EXCEPT": "(SELECT o FROM owners AS o) EXCEPT (SELECT o FROM owners AS o WHERE id > 1)",
    "UNION in a CTE": (
        "WITH s AS (SELECT o FROM owners AS o UNION SELECT o FROM owners AS o)"
        " SELECT s.o FROM s ORDER BY (s.o).id"
    ),
    "recursive CTE": (
        "WITH RECURSIVE s (n, o) AS (SELECT 1, o FROM owners AS o WHERE id = 1 UNION ALL"
        " SELECT n + 1, s.o FROM s WHERE n < 3) SEARCH DEPTH FIRST BY n SET place SELECT o, n FROM s ORDER BY n"
    ),
    "array of a DISTINCT": "SELECT ARRAY(SELECT DISTINCT o FROM owners AS o ORDER BY o) AS owners",
    "array_agg of DISTINCT": (
        "SELECT p.born_on, array_agg(DISTINCT o) AS owners FROM pets AS p"
        " LEFT JOIN owners AS o ON o.id = p.owner_id GROUP BY p.born_on ORDER BY p.born_on"
    ),
    "array_agg in its own order": "SELECT array_agg(o ORDER BY o DESC) AS owners FROM owners AS o",
    "window": "SELECT p.id, first_value(o) OVER (ORDER BY p.id) AS first FROM pets AS p, owners AS o WHERE o.id = p.owner_id",
    "lag": "SELECT lag(p) OVER (ORDER BY p.id) AS before, p FROM pets AS p ORDER BY p.id",
    "row with its number": "SELECT row_number() OVER (PARTITION BY o ORDER BY o) AS n, o FROM owners AS o ORDER BY o",
    "NULLIF": "SELECT nullif(o, (SELECT i FROM owners AS i WHERE id = 1)) AS owner FROM owners AS o ORDER BY o.id",
    "COALESCE of two casts": (
        "SELECT coalesce(NULL::owners, o) AS owner FROM owners AS o ORDER BY o.id"
    ),
    "greatest": "SELECT greatest(o, first_owner(2)) AS owner FROM owners AS o ORDER BY o.id",
    "condition on the row": "SELECT o FROM owners AS o WHERE (o).name IS NOT NULL AND o >= first_owner(2) ORDER BY o.id",
    "field and row": "SELECT s.o, (s.o).name FROM (SELECT o FROM owners AS o) AS s ORDER BY (s.o).id",
    "value of a function": "SELECT first_owner(2) AS owner",
    "values of a set": "SELECT all_owners() AS owner, 1 AS one",
    "array of a function": "SELECT ARRAY(SELECT all_owners()) AS owners",
    "array of arrays' elements": "SELECT unnest(array_agg(o ORDER BY o.id)) AS owner FROM owners AS o",
    "element of an array": "SELECT (array_agg(o ORDER BY o.id))[2] AS owner FROM owners AS o",
    "FOR UPDATE": "SELECT o FROM owners AS o ORDER BY o FOR UPDATE",
    "INSERT of a comparison": "INSERT INTO owners AS o (id, name) VALUES (9, 'z') RETURNING coalesce(NULL::owners, o) AS owner",
    "CTE and modification": (
        "WITH s AS (SELECT 1 AS id) UPDATE owners AS o SET name = 'z' FROM s WHERE s.id = o.id"
        " RETURNING coalesce(NULL::owners, o) AS owner"
    ),
    "modifying CTE and DISTINCT": (
        "WITH gone AS (DELETE FROM pets AS p WHERE id = 3 RETURNING p) SELECT DISTINCT gone.p FROM gone -- at the end"
    ),
    "to_json": "SELECT o.id, to_json(o) AS owner FROM owners AS o ORDER BY o.id",
    "to_jsonb of an outer join": (
        "SELECT p.id, to_jsonb(o) AS owner FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id"
    ),
    "row_to_json with a star": "SELECT row_to_json(o.*, true) AS owner FROM owners AS o ORDER BY o.id",
    "json_agg": "SELECT coalesce(json_agg(o ORDER BY o.id) FILTER (WHERE o.id > 1), '[]') AS owners FROM owners AS o",
    "jsonb_agg of a subquery": (
        "SELECT jsonb_agg(s ORDER BY s.id) AS pets FROM (SELECT p.id, o AS owner FROM pets AS p"
        " JOIN owners AS o ON o.id = p.owner_id) AS s"
    ),
    "json_object_agg": "SELECT json_object_agg(o.id, o) AS owners FROM owners AS o",
    "jsonb_build_object": (
        "SELECT jsonb_build_object('a', o, 'b', ARRAY(SELECT p FROM pets AS p WHERE p.owner_id = o.id ORDER BY id))"
        " AS owner FROM owners AS o ORDER BY o.id"
    ),
    "json_build_array": "SELECT json_build_array(o, 1, coalesce(o, NULL)) AS owner FROM owners AS o ORDER BY o.id",
    "JSON in a subquery": (
        "SELECT s.owner FROM (SELECT row_to_json(o) AS owner, o.id FROM owners AS o) AS s ORDER BY s.id"
    ),
    "JSON of RETURNING": "DELETE FROM pets WHERE id = 3 RETURNING to_json(pets) AS pet",
    "two levels": (
        "SELECT o.id, ARRAY(SELECT s FROM (SELECT p.id, ARRAY(SELECT x FROM pets AS x WHERE x.id = p.id)"
        " AS same FROM pets AS p WHERE p.owner_id = o.id) AS s ORDER BY s.id) AS pets"
        " FROM owners AS o ORDER BY o.id"
    ),
}
"""Statements with whole rows, by their kind."""

FORMS_OF_18 = {
    "JSON_OBJECT": "SELECT JSON_OBJECT('a' VALUE o, 'b': o.id) AS owner FROM owners AS o ORDER BY o.id",
    "JSON_ARRAYAGG": "SELECT JSON_ARRAYAGG(o ORDER BY o.id) AS owners FROM owners AS o",
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
    assert _wrong(build, connection, SCHEMA, forms, HARMLESS | HARMFUL) == []


def _wrong(
    build: Build,
    connection: Connection,
    schema: str,
    forms: dict[str, str],
    changes: dict[str, str],
) -> list[tuple[str, str, object]]:
    """Return the changes and forms after which a function returns what it must not, with its result."""
    names = {f"q{number}": form for number, form in enumerate(forms)}
    queries = "\n".join(
        f"-- name: {name} :many\n{forms[form]}\n;" for name, form in names.items()
    )
    package = build(schema, queries)
    module = package.sub("q")
    wrong: list[tuple[str, str, object]] = []
    for name, form in names.items():
        claim = Claim(package.typed[name])
        original = _texts(claim.sql, connection, partial(whole, claim))
        running = _texts(
            getattr(module, name.upper()), connection, partial(folded, claim)
        )
        if original != running or not original:
            wrong.append(("as it runs", form, running))
    before = {name: _result(module, name, connection) for name in names}
    for change, statements in changes.items():
        with connection.transaction(force_rollback=True):
            connection.execute(statements.encode())
            for name, form in names.items():
                after = _result(module, name, connection)
                if "less" in change and isinstance(after, _EXPECTED):
                    continue
                # Rows are compared by the order of their columns.
                if change == "nothing" or isinstance(after, Exception):
                    is_same = after == before[name]
                else:
                    is_same = sorted(map(repr, after)) == sorted(
                        map(repr, before[name])
                    )
                if not is_same:
                    wrong.append((change, form, after))
    return wrong


_EXPECTED = (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable)


def _texts(
    statement: str,
    connection: Connection,
    rows_of: Callable[[PGresult], list[list[object]]],
) -> object:
    """Return what a statement gives as it is sent, or the error; undo what it changes."""
    with connection.transaction(force_rollback=True):
        values = [b"2"] if "$1" in statement else None
        result = connection.pgconn.exec_params(statement.encode(), values)
        if result.status == ExecStatus.FATAL_ERROR:
            return result.error_message
        return rows_of(result)


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
    CREATE TYPE point_in_town AS (x int, y int);
    CREATE TYPE address AS (street text, "City" text, at point_in_town);
    CREATE DOMAIN home AS address CHECK ((VALUE).street <> '');
    CREATE DOMAIN homes AS address[];
    CREATE TABLE people (
        id int PRIMARY KEY, home address NOT NULL, work address, former address[], second home, others home[],
        all_of_them homes,
        unknown address[] NOT NULL DEFAULT '{}'
    );
    CREATE FUNCTION home_of(id int) RETURNS address LANGUAGE sql STABLE
        AS 'SELECT home FROM people AS p WHERE p.id = $1';
    CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$
        INSERT INTO people (id, home, work, former, second, others, all_of_them)
        SELECT 1, a, NULL::address, ARRAY[a, b, n], a::home, ARRAY[a::home], ARRAY[a, b]
        FROM
            jsonb_populate_record(NULL::address, '{"street": "Elm (1)", "City": "Ro,me", "at": {"x": 1}}') AS a,
            jsonb_populate_record(NULL::address, '{"street": "", "City": null, "at": {"x": 1, "y": 2}}') AS b,
            jsonb_populate_record(NULL::address, '{}') AS n
        UNION ALL
        SELECT 2, n, NULL, NULL, NULL, NULL, NULL FROM jsonb_populate_record(NULL::address, '{}') AS n
        UNION ALL
        SELECT 3, a, a, '{}', NULL::home, '{}', '{}' FROM
            jsonb_populate_record(NULL::address, '{"street": "Oak", "City": "\\"Bonn\\""}') AS a
    $$;
    SELECT fill();
"""

STORED_FORMS = {
    "column": "SELECT home, work FROM people ORDER BY id",
    "array": "SELECT former AS places FROM people ORDER BY id",
    "domain": "SELECT second s, id FROM people ORDER BY people.id",
    "domain of an array": "SELECT all_of_them FROM people ORDER BY id",
    "array of a domain": "SELECT p.others FROM people AS p ORDER BY id",
    "star": "SELECT * FROM people ORDER BY id",
    "star of a table": "SELECT p.id AS number, p.*, p.home AS again FROM people AS p ORDER BY p.id",
    "whole row": "SELECT p FROM people AS p ORDER BY p.id",
    "array of whole rows": "SELECT ARRAY(SELECT p FROM people AS p ORDER BY p.id) AS people",
    "row of a subquery": "SELECT s FROM (SELECT id, work, former FROM people) AS s ORDER BY s.id",
    "row of a CTE": "WITH s AS (SELECT id, home FROM people) SELECT s FROM s ORDER BY s.id",
    "row of a function": "SELECT f FROM home_of(1) AS f",
    "row of unnest": "SELECT u FROM people AS p, unnest(p.former) AS u WHERE p.id = 1",
    "row of VALUES": "SELECT v FROM (VALUES (home_of(1), 1)) AS v (home, id)",
    "parenthesis": "SELECT (home), (former)[1] AS first FROM people ORDER BY id",
    "cast": "SELECT home::address AS home FROM people ORDER BY id",
    "domain cast": "SELECT home::home AS home FROM people WHERE id = 1",
    "function": "SELECT home_of(id) FROM people ORDER BY id",
    "COALESCE": "SELECT coalesce(work, home) AS place, coalesce(former, '{}') AS former FROM people ORDER BY id",
    "array_agg": "SELECT array_agg(home ORDER BY id) AS homes FROM people",
    "array of arrays": "SELECT ARRAY(SELECT ARRAY[home, home] FROM people ORDER BY id) AS homes",
    "DISTINCT": "SELECT DISTINCT home FROM people ORDER BY home",
    "GROUP BY": "SELECT home, count(*) AS n FROM people GROUP BY home ORDER BY home",
    "GROUP BY, twice": "SELECT home AS a, home AS b FROM people GROUP BY home ORDER BY home",
    "UNION": "SELECT home FROM people UNION ALL SELECT work FROM people",
    "subquery": "SELECT s.place FROM (SELECT id, home AS place FROM people) AS s ORDER BY s.id",
    "USING": "SELECT home FROM people AS a JOIN people AS b USING (id, home) ORDER BY id",
    "LEFT JOIN": "SELECT b.home, b.former FROM people AS a LEFT JOIN people AS b ON b.id = a.id + 1 ORDER BY a.id",
    "composite star": "SELECT (home).* FROM people ORDER BY id",
    "composite star of a row": "SELECT (p).* FROM people AS p ORDER BY p.id",
    "INSERT": "INSERT INTO people (id, home) SELECT 9, home_of(1) RETURNING *",
    "UPDATE": "UPDATE people SET work = home RETURNING work, former",
    "DELETE": "DELETE FROM people RETURNING coalesce(work, home) AS place",
}
"""Statements with values of a stored composite type, by their kind."""

REFILLED = "; DELETE FROM people; SELECT fill();"
STORED_HARMLESS = {
    "nothing": "",
    "an attribute more": "ALTER TYPE address ADD ATTRIBUTE zip text CASCADE",
    "attributes reordered": """
        ALTER TABLE people DROP second, DROP others, DROP all_of_them;
        DROP DOMAIN home, homes;
        ALTER TYPE address DROP ATTRIBUTE street CASCADE;
        ALTER TYPE address ADD ATTRIBUTE street text CASCADE;
        ALTER TYPE point_in_town DROP ATTRIBUTE x CASCADE;
        ALTER TYPE point_in_town ADD ATTRIBUTE x int CASCADE;
        CREATE DOMAIN home AS address;
        CREATE DOMAIN homes AS address[];
        ALTER TABLE people ADD second home, ADD others home[], ADD all_of_them homes
    """
    + REFILLED,
}
STORED_HARMFUL = {
    "an attribute less": 'ALTER TYPE address DROP ATTRIBUTE "City" CASCADE',
    "an attribute less and another more": (
        'ALTER TYPE address DROP ATTRIBUTE "City" CASCADE, ADD ATTRIBUTE zip text CASCADE'
        + REFILLED
    ),
    "an attribute of an attribute less": (
        "ALTER TYPE point_in_town DROP ATTRIBUTE x CASCADE, ADD ATTRIBUTE z int CASCADE"
        + REFILLED
    ),
}


def test_stored_composites_stay_what_they_were(
    build: Build, connection: Connection
) -> None:
    changes = STORED_HARMLESS | STORED_HARMFUL
    assert _wrong(build, connection, STORED, STORED_FORMS, changes) == []


def test_json_of_a_compared_row_has_the_keys_of_its_columns(
    build: Build, connection: Connection
) -> None:
    query = "-- name: read :many\nSELECT DISTINCT to_jsonb(o) AS owner FROM owners AS o"
    module = build(SCHEMA, query).sub("q")
    assert {"id", "name", "Odd name"} == set(module.read(connection)[0])
    connection.execute("ALTER TABLE owners ADD x int")
    assert {"id", "name", "Odd name", "x"} == set(module.read(connection)[0])
