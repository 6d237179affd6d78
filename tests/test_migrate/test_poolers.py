"""Migrations behind a real PgBouncer."""

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from generated import patients
from sqlgen import migrate, parse, read
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from tests.pgbouncer import Pooler

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.system


FILES = {
    "1_a.up.sql": "CREATE TABLE a (n int)",
    "1_a.down.sql": "DROP TABLE a",
    "2_b.up.sql": "-- no-transaction\nSET work_mem = '5MB'; CREATE INDEX CONCURRENTLY b ON a (n)",
    "2_b.down.sql": "DROP INDEX b",
}


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("round_robin", [0, 1])
def test_a_pooler_that_mixes_sessions_is_refused(
    connection: Connection, pooler: Pooler, folder: Folder, mode: str, round_robin: int
) -> None:
    url = pooler(mode, round_robin=round_robin)
    migrations = folder(FILES)
    with pytest.raises(SqlgenError) as caught:
        migrate.up(url, migrations)
    assert [d.code for d in caught.value.diagnostics] == ["transaction-pooler"]
    assert connection.execute(
        "SELECT to_regclass('_sqlgen_migrations')"
    ).fetchone() == (None,)


def test_a_pool_of_one_session_is_refused_as_well(
    pooler: Pooler, folder: Folder
) -> None:
    with pytest.raises(SqlgenError, match="another session"):
        migrate.up(pooler("transaction", size=1), folder(FILES))


def test_a_pooler_in_session_mode_will_do(
    connection: Connection, pooler: Pooler, folder: Folder
) -> None:
    url, migrations = pooler("session"), folder(FILES)
    assert len(migrate.up(url, migrations)) == 2
    assert connection.execute("SELECT to_regclass('b')").fetchone() != (None,)
    assert len(migrate.down(url, migrations, to=0)) == 2


def test_the_status_may_be_read_through_any_pooler(
    pooler: Pooler, conninfo: str, folder: Folder
) -> None:
    migrations = folder(FILES)
    migrate.up(conninfo, migrations)
    url = pooler("transaction")
    states = [s.state for s in migrate.status(url, migrations)]
    assert states == [migrate.MigrationState.APPLIED] * 2


def test_generated_functions_need_no_session_of_their_own(
    connection: Connection, conninfo: str, pooler: Pooler
) -> None:
    """PgBouncer before 1.21 knows no prepared statements, so that psycopg must prepare none."""
    clinic = parse.migrations(read.sources(ROOT, "migrations"))
    migrate.up(conninfo, clinic)
    (seed,) = read.sources(ROOT, "seeds")
    connection.execute(seed.text.encode())
    url = pooler("transaction", round_robin=1)
    with psycopg.connect(url, prepare_threshold=None) as pooled:
        counts = set()
        for _ in range(10):
            counts.add(patients.count_patients(pooled))
            pooled.commit()
        assert len(counts) == 1
        with pooled.transaction():
            streamed = list(patients.stream_mailing_list(pooled))
        assert 0 < len(streamed) <= counts.pop()
