"""Random queries whose rows become JSON, executed: every key, item and value has the claimed shape.

The environment variables are those of `test_random`.
"""

import sys
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from sqlgen import database, describe
from sqlgen.model.catalog import Catalog
from sqlgen.model.commands import Cardinality
from tests.soundness.claims import Claim, Connection, claims, parsed
from tests.soundness.grammar import Grammar
from tests.soundness.test_random import BATCH, QUERIES, SCHEMA, SEED, tables
from tests.soundness.trial import run

FORMS = """
WITH x AS (?) SELECT to_jsonb(x) AS j FROM x
WITH x AS (?) SELECT json_agg(x) AS j FROM x
WITH x AS (?) SELECT jsonb_agg(x) FILTER (WHERE x IS NOT NULL) AS j FROM x
WITH x AS (?) SELECT json_strip_nulls(row_to_json(x)) AS j FROM x
WITH x AS (?), y AS (SELECT to_json(x) AS d, x AS r FROM x) SELECT jsonb_build_object('d', d, 'r', r, 'a', ARRAY[r]) AS j FROM y
SELECT row_to_json(x) AS j FROM (VALUES (1), (2)) v LEFT JOIN (?) x ON random() < 0.5
SELECT COALESCE(json_agg(x), '[]') AS j FROM (VALUES (1), (2)) v LEFT JOIN (?) x ON random() < 0.5 GROUP BY random() < 0.5
SELECT to_json(ARRAY(SELECT x FROM (?) x LIMIT 3)) AS j
SELECT to_json(array_agg(x)) AS j, jsonb_agg(x) OVER () AS k FROM (?) x GROUP BY x
SELECT CASE WHEN random() < 0.5 THEN to_jsonb(x) ELSE jsonb_build_object('x', x) END AS j FROM (?) x
SELECT v.n, (SELECT json_agg(to_jsonb(x)) FROM (?) x) AS j FROM (VALUES (1), (2)) v (n)
""".strip().splitlines()
"""Templates of queries with JSON; the first `?` stands for a random query."""


def test_random_rows_are_the_json_that_is_claimed(
    server: database.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        catalog = describe.catalog(connection)
        accepted = draw(connection, catalog, QUERIES // 2)
        trial = run(connection, catalog, accepted, SEED)
    known = sum(any(k.json for k in claim.query.columns) for claim in accepted)
    with capsys.disabled():
        sys.stdout.write(
            f"\nPostgreSQL {server.version}, {trial.summary}; {known} with a known shape\n"
        )
    assert trial.wrong == {}, f"seed {SEED}"
    assert known > len(accepted) / 2


def draw(connection: Connection, catalog: Catalog, count: int) -> list[Claim]:
    """Return *count* random queries that the server and sqlgen accept."""
    chance = Random(SEED)
    grammar = Grammar(chance, connection.info.server_version, tables(connection))
    accepted: list[Claim] = []
    refused: Counter[str] = Counter()
    while len(accepted) < count:
        texts = [
            chance.choice(FORMS).replace("?", grammar.statement(), 1)
            for _ in range(BATCH)
        ]
        queries = [parsed(text) for text in texts]
        for outcome in claims(connection, catalog, queries):
            if isinstance(outcome, Claim):
                # `test_random` checks cardinalities.
                many = replace(outcome.query, cardinality=Cardinality.MANY)
                accepted.append(Claim(many))
            else:
                refused[outcome] += 1
        assert sum(refused.values()) < 20 * count, refused.most_common(5)
    return accepted[:count]
