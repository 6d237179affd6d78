"""Random queries, executed: no column that is claimed to be non-null is ever NULL.

`SQLGEN_SOUNDNESS_QUERIES` is the number of accepted queries to run (500), `SQLGEN_SOUNDNESS_SEED` the
seed of the random numbers (1). `SQLGEN_SOUNDNESS_SHOWN=20` prints the 20 most frequent errors of the
server, and the most frequent reasons of nullable columns that were never NULL.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from sqlgen import database, describe
from sqlgen.model.catalog import Catalog
from tests.soundness.claims import Claim, Connection, claims, parsed
from tests.soundness.grammar import Grammar
from tests.soundness.templates import LITERALS, Columns
from tests.soundness.trial import Trial, run

QUERIES = int(os.environ.get("SQLGEN_SOUNDNESS_QUERIES", "500"))
SEED = int(os.environ.get("SQLGEN_SOUNDNESS_SEED", "1"))
BATCH = 200
SHOWN = int(os.environ.get("SQLGEN_SOUNDNESS_SHOWN", "0"))
SCHEMA = Path(__file__).with_name("schema.sql").read_text()


def test_random_queries_keep_what_is_claimed(
    server: database.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        catalog = describe.catalog(connection)
        accepted, refused = draw(connection, catalog, QUERIES, SEED)
        trial = run(connection, catalog, accepted, SEED)
    with capsys.disabled():
        sys.stdout.write(f"\nPostgreSQL {server.version}, {report(trial, refused)}\n")
    assert trial.wrong == {}, f"seed {SEED}"
    assert len(accepted) / (len(accepted) + sum(refused.values())) > 0.6
    assert 0.2 < trial.non_null / trial.columns < 0.9
    # Otherwise the test would not find much: most nullable columns must be NULL in some row.
    assert len(trial.nulls) > 0.4 * (trial.columns - trial.non_null)


def draw(
    connection: Connection, catalog: Catalog, count: int, seed: int
) -> tuple[list[Claim], Counter[str]]:
    """Return *count* random queries that the server accepts, and its errors for the others."""
    version = connection.info.server_version
    grammar = Grammar(Random(seed), version, tables(connection))
    accepted: list[Claim] = []
    refused: Counter[str] = Counter()
    while len(accepted) < count:
        texts = [grammar.statement() for _ in range(BATCH)]
        for outcome in claims(connection, catalog, [parsed(text) for text in texts]):
            if isinstance(outcome, Claim):
                accepted.append(outcome)
            else:
                refused[outcome] += 1
    return accepted[:count], refused


def tables(connection: Connection) -> dict[str, Columns]:
    """Return the relations of the schema with the columns whose types the grammar knows."""
    tables: dict[str, Columns] = {}
    rows: Iterable[tuple[str, str, str]] = connection.execute("""
        SELECT c.relname, a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            AND a.attnum > 0 AND c.relname !~ '^part_.*_(one|rest)$'
        ORDER BY c.relname, a.attnum
        """).fetchall()
    for table, name, kind in rows:
        tables[table] = (*tables.get(table, ()), (name, _SHORT.get(kind, kind)))
    return tables


def report(trial: Trial, refused: Counter[str]) -> str:
    """Print the figures in one line, and details if `SQLGEN_SOUNDNESS_SHOWN` is set."""
    drawn = len(trial.claims) + sum(refused.values())
    lines = [f"{trial.summary}; {100 * len(trial.claims) // drawn}% accepted"]
    about = {
        "refused": refused,
        "failed": trial.errors,
        "never NULL, but not proved": trial.missed(),
    }
    for title, counts in about.items() if SHOWN else ():
        lines += [title, *(f"{n:6} {what}" for what, n in counts.most_common(SHOWN))]
    lines += [f"\n{sql}\n    {wrong}" for sql, wrong in trial.wrong.items()]
    return "\n".join(lines)


_SHORT = {
    "integer": "int",
    "boolean": "bool",
    "double precision": "float8",
    "timestamp with time zone": "timestamptz",
    "integer[]": "int[]",
}
assert set(_SHORT.values()) <= set(LITERALS)
