"""No column that is called non-null ever holds a NULL, in whatever query."""

import psycopg
import pytest

from .conftest import World
from .grammar import VIEWS, Grammar

QUERIES = 100
SEEDS = (1, 2)

ROWS = """
INSERT INTO doctors VALUES (3, 'n', NULL, 2), (7, '', 3, NULL);
INSERT INTO patients (id, name, doctor_id, guardian_id, label) VALUES (7, 'Ada', 3, 1, 'n');
INSERT INTO visits (patient_id, note, phone, mail) VALUES (3, NULL, '', NULL), (7, 'Ada', NULL, '');
"""


@pytest.fixture(scope="module", autouse=True)
def _rows(world: World) -> None:
    world.run(VIEWS + ROWS)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_queries(world: World, seed: int) -> None:
    grammar = Grammar(seed)
    tried = 0
    while tried < QUERIES:
        sql = grammar.query()
        try:
            world.connection.execute(f"EXPLAIN {sql}")
        except psycopg.Error:
            continue  # the grammar's own mistake
        verdicts = list(world.verdicts(sql).values())
        with psycopg.Cursor(world.connection) as cursor:
            cursor.execute(sql)
            result = cursor.pgresult
        assert result is not None
        wrong = [
            (column, verdict)
            for column, verdict in enumerate(verdicts)
            if not verdict.nullable
            for row in range(result.ntuples)
            if result.get_value(row, column) is None
        ]
        assert wrong == [], sql
        tried += 1
