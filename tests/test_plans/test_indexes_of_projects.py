"""Unused indexes and foreign keys without an index, by the command, on a project."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sqlgen.cli.group import main
from sqlgen.database import Server

SCHEMA = """
CREATE TABLE owners (id bigint PRIMARY KEY, name text NOT NULL, email text UNIQUE);
CREATE INDEX owners_name ON owners (name);
CREATE INDEX owners_name_email ON owners (name, email);
CREATE TABLE pets (
    id bigint PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES owners ON DELETE CASCADE,
    name text NOT NULL,
    weight int,
    height int,
    nick text,
    place int,
    born date
);
CREATE INDEX pets_owner ON pets (owner_id);
CREATE INDEX pets_weight ON pets (weight);
CREATE INDEX pets_height ON pets (height);
CREATE INDEX pets_born ON pets (born);
CREATE UNIQUE INDEX pets_nick ON pets (nick);
CREATE TABLE visits (
    id bigint PRIMARY KEY,
    pet_id bigint REFERENCES pets ON DELETE CASCADE,
    code text REFERENCES owners (email) ON UPDATE CASCADE
);
CREATE TABLE bills (id bigint PRIMARY KEY, visit_id bigint REFERENCES visits ON DELETE SET NULL);
CREATE TABLE logs (id bigint PRIMARY KEY, bill_id bigint REFERENCES bills);
CREATE TABLE readings (day date NOT NULL, sensor int, value int) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX readings_sensor ON readings (sensor);
CREATE INDEX readings_value ON readings (value);
"""
QUERIES = """
-- name: owners_by_name :many
SELECT id FROM owners WHERE name = :name;
-- name: heavy :many
SELECT id FROM pets WHERE weight > :weight;
-- name: by_height :many
SELECT id, name FROM pets ORDER BY height LIMIT 10;
-- name: sensor :many
SELECT value FROM readings WHERE sensor = :sensor;
-- name: delete_owner :exec
DELETE FROM owners WHERE id = :id;
-- name: rename :exec
UPDATE owners SET name = :name WHERE id = :id;
-- name: change_email :exec
UPDATE owners SET email = :email WHERE id = :id;
-- name: save_owner :exec
INSERT INTO owners (id, name) VALUES (:id, :name) ON CONFLICT (id) DO UPDATE SET name = excluded.name;
"""


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    files = {
        "pyproject.toml": f"[tool.sqlgen]\nserver = '{server.conninfo}'\n",
        "migrations/1_base.sql": SCHEMA,
        "queries/q.sql": QUERIES,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def plans(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), "plans", *arguments])


def document(folder: Path) -> dict[str, Any]:
    result = plans(folder, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_unused_indexes(project: Path) -> None:
    unused = {i["index"]: i["instead"] for i in document(project)["unused_indexes"]}
    # Of the two on the name, either may be taken.
    name = {"owners_name", "owners_name_email"} & unused.keys()
    assert len(name) == 1
    assert unused.pop(name.pop()) in {"owners_name", "owners_name_email"}
    assert unused == {"pets_born": None, "readings_value": None}


def test_foreign_keys_that_a_query_looks_up(project: Path) -> None:
    keys = document(project)["foreign_keys"]
    assert {
        key["constraint"]: (
            key["table"],
            key["columns"],
            key["queries"],
            key["through"],
        )
        for key in keys
    } == {
        # owners -> pets, which has an index, -> visits -> bills, whose column is set to NULL.
        "visits_pet_id_fkey": (
            "visits",
            ["pet_id"],
            ["delete_owner"],
            ["owners", "pets"],
        ),
        "bills_visit_id_fkey": (
            "bills",
            ["visit_id"],
            ["delete_owner"],
            ["owners", "pets", "visits"],
        ),
        "visits_code_fkey": (
            "visits",
            ["code"],
            ["delete_owner", "change_email"],
            ["owners"],
        ),
    }
    [index] = [
        key["index"] for key in keys if key["constraint"] == "visits_pet_id_fkey"
    ]
    (project / "migrations/2_index.sql").write_text(f"{index};\n")
    names = [key["constraint"] for key in document(project)["foreign_keys"]]
    assert sorted(names) == ["bills_visit_id_fkey", "visits_code_fkey"]


def test_text(project: Path) -> None:
    (project / "queries/q.sql").write_text(
        "-- name: by_nick :many\nSELECT id FROM pets WHERE place = :place;\n"
        "-- name: old :exec\nDELETE FROM bills WHERE id = :id;\n"
    )
    result = plans(project)
    assert result.stdout.splitlines()[:4] == [
        "by_nick  queries/q.sql:1",
        "  no index of pets serves place = :place",
        "    CREATE INDEX ON pets (place)",
        "conditions or pages that no index serves: 1 of 2 queries",
    ]
    assert result.stdout.splitlines()[-2:] == [
        "no index for: logs (bill_id), foreign key logs_bill_id_fkey, which PostgreSQL looks up for old",
        "  CREATE INDEX ON logs (bill_id)",
    ]
    annotations = plans(project, "--format", "github").stdout.splitlines()
    assert annotations[0].startswith("::warning file=queries/q.sql,line=1,")
    assert "no index of pets serves place = :place" in annotations[0]


def test_what_to_write_instead(project: Path) -> None:
    (project / "migrations/2_arrays.sql").write_text(
        "ALTER TABLE pets ADD tags text[], ADD codes int[];\n"
        "CREATE INDEX pets_tags ON pets USING gin (tags);\n"
    )
    (project / "queries/q.sql").write_text(
        "-- name: tagged :many\nSELECT id FROM pets AS p WHERE :tag = ANY (p.tags);\n"
        "-- name: coded :many\nSELECT id FROM pets WHERE :code = ANY (codes);\n"
    )
    assert plans(project).stdout.splitlines()[:6] == [
        "tagged  queries/q.sql:1",
        "  no index of pets serves :tag = ANY (tags)",
        "    write tags @> ARRAY[:tag] for :tag = ANY (tags): index pets_tags serves that",
        "coded  queries/q.sql:3",
        "  no index of pets serves :code = ANY (codes)",
        "    write codes @> ARRAY[:code]::integer[] for :code = ANY (codes), and CREATE INDEX ON pets USING gin (codes)",
    ]
    tagged, coded = document(project)["queries"]
    assert tagged["unserved"][0]["rewrites"] == [
        {
            "condition": ":tag = ANY (tags)",
            "instead": "tags @> ARRAY[:tag]",
            "index": "pets_tags",
            "create": None,
        }
    ]
    assert coded["unserved"][0]["rewrites"][0]["index"] is None
    annotation = plans(project, "--format", "github").stdout.splitlines()[0]
    assert "write tags @> ARRAY[:tag] for :tag = ANY (tags)" in annotation


def test_queries_of_one_name_are_told_apart(project: Path) -> None:
    for file in ("a", "b"):
        (project / f"queries/{file}.sql").write_text(
            "-- name: by_place :many\nSELECT id FROM pets WHERE place = :place;\n"
        )
    heads = [line for line in plans(project).stdout.splitlines() if "by_place" in line]
    assert heads == ["by_place  queries/a.sql:1", "by_place  queries/b.sql:1"]


def test_only_some_queries(project: Path) -> None:
    result = plans(project, "heavy", "--format", "json")
    found = json.loads(result.stdout)
    assert [query["name"] for query in found["queries"]] == ["heavy"]
    assert found["queries"][0]["used"] == ["pets_weight"]
    assert found["unused_indexes"] == found["foreign_keys"] == []
    unknown = plans(project, "heavi")
    assert unknown.exit_code == 2
    assert "there is no query `heavi`" in unknown.stderr
    assert "did you mean `heavy`?" in unknown.stderr


def test_a_statement_without_a_plan_and_functions(project: Path) -> None:
    (project / "migrations/2_function.sql").write_text(
        "CREATE FUNCTION count_pets(owner bigint) RETURNS bigint LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN (SELECT count(*) FROM pets WHERE owner_id = owner); END $$;\n"
    )
    (project / "queries/q.sql").write_text(
        "-- name: listen :exec\nLISTEN changes;\n"
        "-- name: counted :many\nSELECT count_pets(id) AS pets FROM pets WHERE place = :place;\n"
    )
    listen, counted = document(project)["queries"]
    assert listen["error"] == "PostgreSQL plans no LISTEN"
    assert listen["unserved"] == []
    assert counted["not_seen"] == ["count_pets"]
    assert counted["unserved"][0]["conditions"] == ["place = :place"]
