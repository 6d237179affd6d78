"""What pg_dump 18 writes of servers of old and new versions, with whatever a schema may have."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner

from sqlgen import database
from sqlgen.cli.group import main
from sqlgen.database import Server
from tests.conftest import WHEEL
from tests.test_plans.test_statistics import write

SCHEMA = """
CREATE SCHEMA "Back Office";
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE DOMAIN code AS varchar(20);
CREATE TABLE "Back Office"."It's ""odd"" \\ Ünal" (
    "The Key" bigint PRIMARY KEY,
    "a'b\\c" text NOT NULL,
    lower_ab text GENERATED ALWAYS AS (lower("a'b\\c")) STORED,
    mood mood,
    code code,
    tags text[],
    data jsonb,
    span daterange
);
CREATE INDEX "Back Office idx" ON "Back Office"."It's ""odd"" \\ Ünal" (lower("a'b\\c"), upper("a'b\\c"));
CREATE INDEX generated_idx ON "Back Office"."It's ""odd"" \\ Ünal" (lower_ab);
CREATE TABLE readings (day date NOT NULL, sensor int NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')
    PARTITION BY LIST (sensor);
CREATE TABLE readings_1_a PARTITION OF readings_1 FOR VALUES IN (1, 2);
CREATE TABLE readings_1_b PARTITION OF readings_1 DEFAULT;
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX readings_sensor ON readings (sensor, day);
CREATE TABLE places (id bigint PRIMARY KEY, city text, zip text);
CREATE TABLE capitals (state text) INHERITS (places);
CREATE INDEX places_zip ON places (zip);
CREATE STATISTICS places_city_zip (dependencies, ndistinct) ON city, zip FROM places;
CREATE STATISTICS places_lower ON lower(city), upper(zip) FROM places;
CREATE MATERIALIZED VIEW zips AS SELECT zip, count(*) AS places FROM places GROUP BY zip;
CREATE INDEX zips_zip ON zips (zip);
CREATE TABLE empty (id int);
"""
ROWS = """
INSERT INTO "Back Office"."It's ""odd"" \\ Ünal" ("The Key", "a'b\\c", mood, code, tags, data, span)
SELECT g, 'Name ' || g, 'calm', 'x', ARRAY['a', NULL, 'it''s "\\'], '{"a": 1}', daterange('2020-01-01', '2020-02-01')
FROM generate_series(1, 30000) AS g;
INSERT INTO readings SELECT date '2020-01-01' + g % 730, g % 50, g FROM generate_series(1, 40000) AS g;
INSERT INTO places SELECT g, 'city ' || g % 100, 'zip ' || g % 100 FROM generate_series(1, 20000) AS g;
INSERT INTO capitals SELECT g, 'city ' || g % 100, 'zip ' || g % 100, 's' FROM generate_series(1, 500) AS g;
REFRESH MATERIALIZED VIEW zips;
ANALYZE;
"""
QUERIES = """
-- name: by_expression :many
SELECT "The Key" FROM "Back Office"."It's ""odd"" \\ Ünal" WHERE lower("a'b\\c") = :name;
-- name: by_generated :many
SELECT "The Key" FROM "Back Office"."It's ""odd"" \\ Ünal" WHERE lower_ab = :name;
-- name: of_sensor :many
SELECT value FROM readings WHERE sensor = :sensor;
-- name: by_value :many
SELECT day FROM readings WHERE value > :value;
-- name: of_zip :many
SELECT id FROM places WHERE zip = :zip;
-- name: of_zips :many
SELECT places FROM zips WHERE zip = :zip;
"""


LESS = """
CREATE TABLE places (id bigint PRIMARY KEY, zip text);
CREATE INDEX places_zip ON places (zip);
CREATE TABLE readings (day date NOT NULL, sensor int NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX readings_sensor ON readings (sensor);
CREATE SCHEMA "Back Office";
CREATE TABLE "Back Office".other (id int);
CREATE INDEX "Back Office idx" ON "Back Office".other (id);
"""


@contextmanager
def filled(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """Lend a database of the server that has the schema and rows."""
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(ROWS.encode())
        yield connection


def dumped(connection: psycopg.Connection[Any]) -> str:
    assert WHEEL
    info = connection.info
    conninfo = (
        f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"
    )
    done = subprocess.run(
        [WHEEL.folder / "pg_dump", "--statistics-only", conninfo],
        check=True,
        capture_output=True,
    )
    return done.stdout.decode()


def own_plans(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the rows that the server itself expects of each query, with its rows."""
    rows: dict[str, int] = {}
    connection.execute("SET plan_cache_mode = force_generic_plan")
    for section in QUERIES.split("-- name: ")[1:]:
        head, text = section.split("\n", 1)
        name = head.split()[0]
        statement = re.sub(r":\w+;", "$1", text)
        connection.execute(f"PREPARE {name} AS {statement}".encode())
        explain = f"EXPLAIN (FORMAT JSON) EXECUTE {name} (NULL)"
        row = connection.execute(explain.encode()).fetchone()
        assert row
        rows[name] = row[0][0]["Plan"]["Plan Rows"]
    return rows


def test_all_that_a_schema_may_have(
    tmp_path: Path, server: Server, newest_server: Server
) -> None:
    """Quoted names, other schemas, expressions, generated columns, partitions, children, materialized views."""
    project = write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
            "migrations/1_base.sql": SCHEMA,
            "queries/q.sql": QUERIES,
        },
    )
    with filled(server) as connection:
        (project / "stats.sql").write_text(dumped(connection))
        own = own_plans(connection)
    found = document(project)
    assert found["not_in_the_schema"] == []
    assert {plan["query"]: plan["rows"] for plan in found["plans"]} == own
    scans = {
        (plan["query"], scan["table"]): (scan["index"], scan["table_rows"])
        for plan in found["plans"]
        for scan in plan["scans"]
    }
    odd = """"Back Office"."It's ""odd"" \\ Ünal\""""
    assert scans["by_expression", odd] == ("Back Office idx", 30_000)
    assert scans["by_generated", odd] == ("generated_idx", 30_000)
    assert scans["by_value", "readings"] == (None, 40_000)
    assert scans["of_zip", "places"] == ("places_zip", 20_000)
    assert scans["of_zip", "capitals"] == (None, 500)
    assert scans["of_zips", "zips"] == (None, 100)


def test_a_schema_that_has_less(
    tmp_path: Path, server: Server, newest_server: Server
) -> None:
    """The server has other columns, expressions and partitions than the migrations make."""
    project = write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
            "migrations/1_base.sql": LESS,
            "queries/q.sql": "-- name: of_zip :many\nSELECT id FROM places WHERE zip = :zip;\n",
        },
    )
    with filled(server) as connection:
        (project / "stats.sql").write_text(dumped(connection))
    found = document(project)
    assert "public.readings_2" in found["not_in_the_schema"]
    assert "public.readings_1" not in found["not_in_the_schema"]
    [plan] = found["plans"]
    assert plan["scans"][0]["index"] == "places_zip"


def document(project: Path) -> dict[str, Any]:
    options = ["--format", "json", "--statistics", str(project / "stats.sql")]
    result = CliRunner().invoke(main, ["-C", str(project), "plans", *options])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found
