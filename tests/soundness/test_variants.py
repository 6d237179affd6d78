"""Random statements of which calls leave out parts: what is claimed holds of each statement that they run.

The tables are those of `test_checks`: all rows of a few values that their CHECKs let pass. Their columns have
random DEFAULTs here. `SQLGEN_SOUNDNESS_QUERIES` and `SQLGEN_SOUNDNESS_SEED` are as in `test_random`.
"""

import os
from itertools import count, product
from random import Random
from typing import Any

from sqlgen import database, describe
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Part, Query
from tests.soundness.claims import Claim, Connection, broken, claims, parsed
from tests.soundness.test_checks import ALL, ROWS, SOME, Conditions
from tests.soundness.varying import absent, variants

TABLES = 12
QUERIES = int(os.environ.get("SQLGEN_SOUNDNESS_QUERIES", "250"))
SEED = int(os.environ.get("SQLGEN_SOUNDNESS_SEED", "1"))

TYPES = {"kind": "text", "n": "int", "t": "bool", "shade": "shade", "x": "int", "y": "int"}  # fmt: skip
CONSTANTS = {
    "text": ("'a'", "'b'"),
    "int": ("0", "1", "2"),
    "bool": ("true", "false"),
    "shade": ("'dark'", "'light'"),
}
VALUES = {
    "text": ("a", "b", "c"),
    "integer": ("0", "1", "2"),
    "boolean": ("true", "false"),
    "shade": ("dark", "light"),
}


class Statements:
    """Writes statements with parts that may be left out."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.conditions = Conditions(chance)
        self._numbers = count()
        self._optional: list[str] = []
        self._defaults: list[str] = []

    def table(self, name: str) -> str:
        """Return the statements that make a table with CHECKs, DEFAULTs, and all rows that these let pass."""
        checks = [
            self.conditions.condition(2) for _ in range(self.chance.choice([0, 1, 2]))
        ]
        columns = [
            f"{column} {type_} {self.chance.choice(['', f'DEFAULT {self._constant(type_)}', 'DEFAULT NULL'])}"
            for column, type_ in TYPES.items()
        ]
        constraints = "".join(f", CHECK ({check})" for check in checks)
        allowed = " AND ".join([f"({check}) IS NOT FALSE" for check in checks])
        return (
            f"CREATE TABLE {name} (id bigint PRIMARY KEY, {', '.join(columns)}{constraints});"
            f"INSERT INTO {name} SELECT * FROM everything WHERE {allowed or 'true'};"
        )

    def statement(self, table: str) -> str:
        """Return a statement on a table, below its directives."""
        self._optional.clear()
        self._defaults.clear()
        names = self.chance.sample([*TYPES], self.chance.choice([1, 2, 3]))
        text = self.chance.choice(
            [self._update, self._update, self._insert, self._upsert, self._select]
        )(table, names)
        directives = [
            f"-- sqlgen: {word} {', '.join(names)}\n"
            for word, names in (
                ("optional", self._optional),
                ("default", self._defaults),
            )
            if names
        ]
        return "".join(directives) + text

    def _update(self, table: str, names: list[str]) -> str:
        sets = ", ".join(f"{name} = {self._assigned(name)}" for name in names)
        place = self.chance.choice(["=", "<"]), self.chance.randrange(864)
        return f"UPDATE {table} r SET {sets} WHERE {self._where()} AND id {place[0]} {place[1]} RETURNING {ALL}"

    def _insert(self, table: str, names: list[str]) -> str:
        rows = [
            ", ".join([str(-n), *[self._inserted(name) for name in names]])
            for n in range(self.chance.choice([1, 1, 2]))
        ]
        values = ", ".join(f"({row})" for row in rows)
        return f"INSERT INTO {table} AS r (id, {', '.join(names)}) VALUES {values} RETURNING {ALL}"

    def _upsert(self, table: str, names: list[str]) -> str:
        place = self.chance.randrange(864)
        inserted = ", ".join([str(place), *[self._inserted(name) for name in names]])
        sets = [f"{name} = {self._assigned(name)}" for name in names]
        sets.append(f"id = {place}")
        self.chance.shuffle(sets)
        return (
            f"INSERT INTO {table} AS r (id, {', '.join(names)}) VALUES ({inserted})"
            f" ON CONFLICT (id) DO UPDATE SET {', '.join(sets)} RETURNING {ALL}"
        )

    def _select(self, table: str, _: list[str]) -> str:
        join = self.chance.choice(["JOIN", "LEFT JOIN"])
        return self.chance.choice(
            [
                f"SELECT {ALL} FROM {table} r WHERE {self._where()}",
                f"SELECT {ALL} FROM {SOME} e {join} {table} r ON r.id = e.e_id WHERE {self._where()}",
                f"SELECT {ALL} FROM {SOME} e {join} (SELECT * FROM {table} r WHERE {self._where()}) r ON r.id = e.e_id",
                f"SELECT r.kind, max(r.x), min(r.y) FROM {table} r WHERE {self._where()} GROUP BY r.kind",
            ]
        )

    def _where(self) -> str:
        """Return conditions joined with AND, some of which may be left out."""
        conditions = [self.conditions.condition(self.chance.choice([0, 1]))]
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            name = self.chance.choice(["kind", "n", "x", "y"])
            place = self._parameter(self._optional)
            conditions.append(
                self.chance.choice(
                    [
                        f"r.{name} = {place}",
                        f"r.{name} >= {place}",
                        f"(r.{name} = {place} OR r.t)",
                        f"r.{name} IS NOT DISTINCT FROM {place}",
                    ]
                )
            )
        self.chance.shuffle(conditions)
        return " AND ".join(conditions)

    def _assigned(self, column: str) -> str:
        type_, place = TYPES[column], self._parameter(self._optional)
        return self.chance.choice(
            [
                place,
                f"{place}!",
                f"coalesce({place}, {self._constant(type_)})",
                f"CASE WHEN r.x = 1 THEN {place} ELSE {self._constant(type_)} END",
                f"coalesce({place}, r.{column})",
            ]
        )

    def _inserted(self, column: str) -> str:
        type_, place = TYPES[column], self._parameter(self._defaults)
        return self.chance.choice(
            [place, f"{place}!", f"coalesce({place}, {self._constant(type_)})"]
        )

    def _parameter(self, left_out: list[str]) -> str:
        name = f"p{next(self._numbers)}"
        if self.chance.random() < 0.85:
            left_out.append(name)
        return f":{name}"

    def _constant(self, type_: str) -> str:
        return self.chance.choice(CONSTANTS[type_]) + f"::{type_}"


def test_claims_hold_whatever_is_left_out(server: database.Server) -> None:
    chance = Random(SEED)
    statements = Statements(chance)
    with database.scratch(server) as connection:
        connection.execute(ROWS)
        tables = [f"t{number}" for number in range(TABLES)]
        for table in tables:
            connection.execute(statements.table(table).encode())
        queries = _queries(statements, tables)
        outcomes = claims(connection, describe.catalog(connection), queries)
        proved = [claim for claim in outcomes if isinstance(claim, Claim)]
        wrong: dict[str, list[str]] = {}
        rows = 0
        for claim in proved:
            for statement, result in _runs(connection, claim, chance):
                rows += result.ntuples
                if contradictions := broken(claim, result):
                    wrong[statement] = contradictions
    assert wrong == {}, f"seed {SEED}"
    assert len(proved) > 0.8 * len(outcomes)
    columns = [column for claim in proved for column in claim.query.columns]
    assert sum(not column.nullable for column in columns) > len(columns) / 10
    assert rows > 10 * QUERIES


def _queries(statements: Statements, tables: list[str]) -> list[Query]:
    queries: list[Query] = []
    while len(queries) < QUERIES:
        text = statements.statement(statements.chance.choice(tables))
        try:
            query = parsed(text)
        except SqlgenError:  # such as a part with a parameter that is required
            continue
        if query.parts:
            queries.append(query)
    return queries


def _runs(connection: Connection, claim: Claim, chance: Random) -> Any:
    """Yield each statement that calls of a query run, and its result."""
    query = claim.query.query
    made = variants(claim.query)
    for given in product([True, False], repeat=len(query.parts)):
        left_out = [
            part
            for part, is_given in zip(query.parts, given, strict=True)
            if not is_given
        ]
        statement, values = made.given(*_arguments(claim, left_out, chance))
        with connection.transaction(force_rollback=True):
            encoded = [None if value is None else value.encode() for value in values]
            yield statement, connection.pgconn.exec_params(statement.encode(), encoded)


def _arguments(claim: Claim, left_out: list[Part], chance: Random) -> list[Any]:
    left_out_numbers = {number for part in left_out for number in part.parameters}
    arguments: list[Any] = []
    for parameter in claim.query.parameters:
        if parameter.number in left_out_numbers:
            arguments.append(absent(claim.query, parameter))
        elif parameter.nullable and chance.random() < 0.4:
            arguments.append(None)
        else:
            arguments.append(chance.choice(VALUES[parameter.type.display]))
    return arguments
