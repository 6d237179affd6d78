"""Random CHECKs and conditions over all rows that the CHECKs allow: no column that is proved is NULL.

A table has every row of a few values that its CHECKs let pass, so that a wrong proof always shows.
`SQLGEN_SOUNDNESS_QUERIES` and `SQLGEN_SOUNDNESS_SEED` are as in `test_random`.
"""

import os
from collections.abc import Sequence
from random import Random

from sqlgen import database, describe
from tests.soundness.claims import Claim, Connection, broken, claims, parsed

TABLES = 25
QUERIES = int(os.environ.get("SQLGEN_SOUNDNESS_QUERIES", "250"))
SEED = int(os.environ.get("SQLGEN_SOUNDNESS_SEED", "1"))

ROWS = """
CREATE TYPE shade AS ENUM ('dark', 'light');
CREATE TABLE everything AS SELECT row_number() OVER () AS id, *
FROM (VALUES (NULL), ('a'), ('b'), ('c')) k (kind), (VALUES (NULL), (0), (1), (2)) n (n),
    (VALUES (NULL), (true), (false)) t (t), (VALUES (NULL), ('dark'::shade), ('light')) s (shade),
    (VALUES (NULL), (1)) x (x), (VALUES (NULL), (1), (2)) y (y);
"""
COLUMNS = "kind text, n int, t bool, shade shade, x int, y int"
ATOMS = (
    "kind = 'a'", "kind <> 'a'", "'b' = kind", "kind IN ('a', 'b')", "kind NOT IN ('a', 'b')", "kind IS NULL", "kind > 'a'",
    "kind IS NOT NULL", "kind IS NOT DISTINCT FROM 'a'", "kind IS DISTINCT FROM 'a'", "kind::varchar = 'a'", "kind <= 'b'",
    "n = 1", "n <> 0", "n >= 1", "n < 2", "0 < n", "n IN (0, 1)", "n NOT IN (1, 2)", "n BETWEEN 0 AND 1", "n = 1::bigint", "n IS NULL",
    "t", "NOT t", "t IS TRUE", "t IS NOT FALSE", "t IS FALSE", "t IS UNKNOWN", "t = true", "t <> true", "t IS NOT NULL",
    "shade = 'dark'", "shade <> 'dark'", "shade IN ('dark', 'light')", "shade > 'dark'", "shade IS NULL",
    "x IS NULL", "x IS NOT NULL", "y IS NULL", "y IS NOT NULL", "x < y", "x = 1", "y > 1", "x IS NULL OR x < y", "y IS NULL OR x <= y",
    "(x IS NULL) = (y IS NULL)", "(x IS NULL) <> (y IS NULL)", "(x IS NOT NULL) = t", "num_nonnulls(x, y) = 1", "num_nulls(x, y, n) < 2",
    "(x IS NOT NULL)::int + (y IS NOT NULL)::int >= 1", "(CASE WHEN x IS NULL THEN 0 ELSE 1 END) + (CASE WHEN y IS NULL THEN 0 ELSE 1 END) = 1",
    "coalesce(x, y) > 0", "CASE WHEN t THEN x IS NOT NULL ELSE true END", "CASE kind WHEN 'a' THEN x WHEN 'b' THEN y ELSE 1 END IS NOT NULL",
    "(x, y) IS NOT NULL", "ROW(x, y) IS DISTINCT FROM ROW(1, 1)", "coalesce(t, x IS NOT NULL)", "nullif(x, 1) IS NULL",
)  # fmt: skip
VALUES = {
    "kind": ("'a'", "'b'", "'c'", "NULL", "'a'::varchar"),
    "n": ("0", "1", "2::bigint", "NULL", "r.y"),
    "t": ("true", "false", "NULL", "r.x = 1"),
    "shade": ("'dark'", "'light'", "NULL"),
    "x": ("1", "NULL", "coalesce(r.x, 1)"),
    "y": ("1", "2", "NULL", "coalesce(r.y, 2)"),
}
ALL = ", ".join([f"r.{name}" for name in VALUES])
SOME = "(SELECT id AS e_id FROM everything WHERE id < 90)"


class Conditions:
    """Writes conditions, CHECKs and statements about one table."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def condition(self, depth: int) -> str:
        if depth == 0 or self.chance.random() < 0.25:
            return f"({self.chance.choice(ATOMS)})"
        parts = [
            self.condition(depth - 1) for _ in range(self.chance.choice([2, 2, 3]))
        ]
        text = self.chance.choice([" OR ", " OR ", " AND "]).join(parts)
        return f"(NOT ({text}))" if self.chance.random() < 0.15 else f"({text})"

    def statement(self, table: str) -> str:
        """Return a query, or a change with RETURNING, of the table under the alias `r`."""
        where = self.condition(self.chance.choice([0, 1, 1, 2]))
        when = self.condition(1)
        place = self.chance.randrange(864)
        changed = self.chance.sample([*VALUES], self.chance.choice([1, 2, 3]))
        values = {name: self.chance.choice(VALUES[name]) for name in changed}
        sets = ", ".join(f"{name} = {value}" for name, value in values.items())
        constants = {name: v for name, v in values.items() if "r." not in v}
        into = ", ".join(["id", *constants])
        inserted = ", ".join(["0", *constants.values()])
        return self.chance.choice(
            [
                f"SELECT {ALL} FROM {table} r WHERE {where}",
                f"SELECT {ALL} FROM {table} r WHERE {where} AND {when}",
                f"SELECT CASE WHEN {when} THEN r.x ELSE 0 END, CASE WHEN {when} THEN 0 ELSE r.y END FROM {table} r WHERE {where}",
                f"SELECT {ALL} FROM {SOME} e LEFT JOIN {table} r ON r.id = e.e_id AND {where}",
                f"SELECT {ALL} FROM {SOME} e LEFT JOIN {table} r ON r.id = e.e_id WHERE {where}",
                f"SELECT r.x, r.y FROM (SELECT * FROM {table} r WHERE {where}) r WHERE {when}",
                f"SELECT kind, x, y, count(*) FROM {table} r WHERE {where} GROUP BY ROLLUP (kind, x, y) HAVING {self.chance.choice(['true', 'kind IS NOT NULL'])}",
                f"UPDATE {table} r SET {sets} WHERE {where} AND id = {place} RETURNING {ALL}",
                f"UPDATE {table} r SET {sets} WHERE {where} AND id < {place} RETURNING {ALL}",
                f"DELETE FROM {table} r WHERE {where} RETURNING {ALL}",
                f"INSERT INTO {table} AS r ({into}) VALUES ({inserted}) RETURNING {ALL}",
                f"INSERT INTO {table} AS r (id, kind, x, y) SELECT 0, 'a', x, y FROM everything WHERE id = {place} RETURNING {ALL}",
                f"INSERT INTO {table} AS r (id, x) VALUES ({place}, 1) ON CONFLICT (id) DO UPDATE SET {sets} RETURNING {ALL}",
            ]
        )


def test_checks_and_conditions_prove_what_holds(server: database.Server) -> None:
    conditions = Conditions(Random(SEED))
    with database.scratch(server) as connection:
        connection.execute(ROWS)
        for number in range(TABLES):
            checks = [conditions.condition(2) for _ in range(conditions.chance.choice([1, 2, 3]))]  # fmt: skip
            create(connection, f"t{number}", checks)
        catalog = describe.catalog(connection)
        tables = [f"t{n}" for n in range(TABLES)]
        texts = [conditions.statement(conditions.chance.choice(tables)) for _ in range(QUERIES)]  # fmt: skip
        proved, wrong = 0, {}
        outcomes = claims(connection, catalog, [parsed(text) for text in texts])
        for claim in outcomes:
            if not isinstance(claim, Claim):
                continue
            proved += sum(
                "the CHECK" in c.reason and not c.nullable for c in claim.query.columns
            )
            with connection.transaction(force_rollback=True):
                result = connection.pgconn.exec_params(claim.sql.encode(), [])
            if contradictions := broken(claim, result):
                wrong[claim.sql] = contradictions
    assert wrong == {}, f"seed {SEED}"
    assert sum(isinstance(each, Claim) for each in outcomes) > 0.8 * len(outcomes)
    assert proved > QUERIES / 10


def create(connection: Connection, table: str, checks: Sequence[str]) -> None:
    """Create a table with CHECKs and all rows that these let pass."""
    constraints = ", ".join(f"CHECK ({check})" for check in checks)
    allowed = " AND ".join(f"({check}) IS NOT FALSE" for check in checks)
    connection.execute(
        f"CREATE TABLE {table} (id bigint PRIMARY KEY, {COLUMNS}, {constraints});"
        f"INSERT INTO {table} SELECT * FROM everything WHERE {allowed}".encode()
    )
