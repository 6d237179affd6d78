"""Rows within rows, whose classes the author names, are instances of these classes in every style."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE TABLE owners (
    id int PRIMARY KEY, name text NOT NULL, kind text NOT NULL CHECK (kind IN ('person', 'zoo')),
    "read_composite" text, "text" text, fields date
);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int REFERENCES owners, mood mood NOT NULL, born_on date);
CREATE FUNCTION owner(up_to int) RETURNS owners LANGUAGE sql STABLE
    AS 'SELECT o FROM owners AS o WHERE o.id <= up_to ORDER BY o.id LIMIT 1';
INSERT INTO owners VALUES
    (1, 'Ann, "A"', 'person', 'r', NULL, '2020-02-29'), (2, 'Bob', 'zoo', NULL, '', NULL);
INSERT INTO pets VALUES (1, 1, 'calm', '2020-02-29'), (2, 1, 'wild', NULL), (3, NULL, 'calm', NULL);
"""

LIST_OWNERS = "-- name: list_owners :many -> Owner\nSELECT * FROM owners ORDER BY id;\n"
LIST_PETS = "-- name: list_pets :many -> Pet\nSELECT * FROM pets ORDER BY id;\n"


@dataclass(frozen=True)
class Form:
    """A query for one column of rows, and which of the owners and pets its rows have, in order."""

    sql: str
    expected: list[Any]


FORMS = {
    "row": Form('SELECT o AS "v: Owner" FROM owners AS o ORDER BY o.id', ["o1", "o2"]),
    "left join": Form(
        'SELECT o AS "v: Owner" FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id',
        ["o1", "o1", None],
    ),
    "marked": Form(
        'SELECT o AS "v!: Owner" FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id'
        " WHERE p.id < 3 ORDER BY p.id",
        ["o1", "o1"],
    ),
    "array": Form(
        'SELECT ARRAY(SELECT p FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id) AS "v: list[Pet]"'
        " FROM owners AS o ORDER BY o.id",
        [["p1", "p2"], []],
    ),
    "array_agg": Form(
        'SELECT array_agg(p ORDER BY p.id) AS "v: list[Pet]" FROM pets AS p GROUP BY owner_id ORDER BY owner_id',
        [["p1", "p2"], ["p3"]],
    ),
    "array with NULLs": Form(
        "SELECT ARRAY(SELECT o FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id)"
        ' AS "v: list[Owner | None]"',
        [["o1", "o1", None]],
    ),
    "scalar subquery": Form(
        'SELECT (SELECT o FROM owners AS o WHERE o.id = p.owner_id) AS "v: Owner" FROM pets AS p ORDER BY p.id',
        ["o1", "o1", None],
    ),
    "CTE": Form(
        "WITH c AS (SELECT o AS row FROM owners AS o ORDER BY o.id)"
        ' SELECT row AS "v: Owner" FROM c',
        ["o1", "o2"],
    ),
    "UNION ALL": Form(
        'SELECT o AS "v: Owner" FROM owners AS o WHERE id = 1'
        " UNION ALL SELECT o FROM owners AS o WHERE id = 2",
        ["o1", "o2"],
    ),
    "DISTINCT": Form(
        'SELECT DISTINCT o AS "v: Owner" FROM owners AS o ORDER BY 1', ["o1", "o2"]
    ),
    "RETURNING": Form(
        'UPDATE owners AS o SET name = name WHERE id = 1 RETURNING o AS "v: Owner"',
        ["o1"],
    ),
    "subquery with the same columns": Form(
        'SELECT s AS "v: Pet" FROM (SELECT id, owner_id, mood, born_on FROM pets) AS s ORDER BY s.id',
        ["p1", "p2", "p3"],
    ),
}


@pytest.mark.parametrize("rows", RowStyle)
def test_every_form_gives_instances_of_the_class_that_queries_return(
    build: Build, connection: Connection, rows: RowStyle
) -> None:
    queries = LIST_OWNERS + LIST_PETS
    for number, form in enumerate(FORMS.values()):
        queries += f"-- name: form_{number} :many\n{form.sql};\n"
    q = build(SCHEMA, queries, rows=rows).sub("q")
    values: dict[Any, Any] = {None: None}
    values |= {f"o{owner.id}": owner for owner in q.list_owners(connection)}
    values |= {f"p{pet.id}": pet for pet in q.list_pets(connection)}
    for number, (name, form) in enumerate(FORMS.items()):
        expected = [
            ([values[item] for item in row] if isinstance(row, list) else values[row])
            for row in form.expected
        ]
        assert getattr(q, f"form_{number}")(connection) == expected, name


ZOOS = """
SELECT
    o AS "owner: Owner",
    ARRAY(
        SELECT s
        FROM (
            SELECT
                p.id AS "number!: float",
                p AS "pet: Pet",
                (SELECT x FROM (SELECT o.name, p.born_on) AS x) AS "extra!"
            FROM pets AS p
            WHERE p.owner_id = o.id
        ) AS s
        ORDER BY s."number!: float"
    ) AS "cages: list[Cage]",
    latest
FROM owners AS o
LEFT JOIN LATERAL (SELECT p.id, p.mood FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id DESC LIMIT 1) AS latest
    ON true
"""
TWO_LEVELS = f"""
-- name: list_zoos :many -> Zoo{ZOOS}ORDER BY o.id;

-- name: get_zoo :one -> Zoo{ZOOS}WHERE o.id = :id;
"""


@pytest.mark.parametrize("rows", RowStyle)
def test_rows_nest_at_any_depth_and_pass_mypy(
    build: Build, connection: Connection, tmp_path: Path, rows: RowStyle
) -> None:
    package = build(SCHEMA, LIST_OWNERS + LIST_PETS + TWO_LEVELS, rows=rows)
    q, models = package.sub("q"), package.sub("models")
    ann, bob = q.list_zoos(connection)
    assert [ann.owner, bob.owner] == q.list_owners(connection)
    assert [cage.pet for cage in ann.cages] == q.list_pets(connection)[:2]
    assert [cage.number for cage in ann.cages] == [1.0, 2.0]
    assert isinstance(ann.cages[0].number, float)
    assert isinstance(ann.cages[0].extra, models.CageExtra)
    assert ann.cages[0].extra.name == ann.owner.name
    assert isinstance(ann.latest, models.ZooLatest)
    assert (ann.latest.id, ann.latest.mood) == (2, models.Mood.WILD)
    assert (bob.cages, bob.latest) == ([], None)
    assert q.get_zoo(connection, id=2) == bob
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "made"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_a_table_named_in_the_configuration_shares_the_class_of_a_query(
    build: Build, connection: Connection
) -> None:
    queries = f"""{LIST_OWNERS}
-- name: list_pets_with_owners :many
SELECT p.id, o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;

-- name: same_owner :one
SELECT :owner::owners AS "owner!: Same";
"""
    q = build(SCHEMA, queries, names={"owners": "Owner"}).sub("q")
    ann, _ = q.list_owners(connection)
    assert [row.owner for row in q.list_pets_with_owners(connection)] == [ann, ann]
    same = q.same_owner(connection, owner=ann)
    assert (same.id, same.kind, same.fields) == (ann.id, ann.kind, ann.fields)
