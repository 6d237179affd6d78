"""No column that is called non-null ever holds a NULL, in whatever query."""

from collections.abc import Callable

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
    sound(world, Grammar(seed).query)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_statements(world: World, seed: int) -> None:
    grammar = Grammar(seed)
    # MERGE … RETURNING is from 17, old and new in RETURNING from 18.
    sound(world, lambda: grammar.statement(newest=world.major >= 18))


def sound(world: World, statement: Callable[[], str]) -> None:
    """Run statements until enough have been accepted, and check every value of their rows."""
    tried = 0
    while tried < QUERIES:
        sql = statement()
        try:
            with world.connection.transaction(force_rollback=True):
                result = world.connection.execute(sql).pgresult
        except psycopg.Error:
            continue  # the grammar's own mistake, or a constraint's refusal
        assert result is not None
        wrong = [
            (column, verdict)
            for column, verdict in enumerate(world.verdicts(sql).values())
            if not verdict.nullable
            for row in range(result.ntuples)
            if result.get_value(row, column) is None
        ]
        assert wrong == [], sql
        tried += 1
