"""Migrations for Citus, TimescaleDB, pg_partman and pg_cron run on a server with stand-ins for them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from sqlgen import build, database, migrate, read
from sqlgen.migrate import project
from sqlgen.migrate.adaptations.stand_ins import without_timescale_options
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

Connection = psycopg.Connection[TupleRow]

EXTENSIONS = """
CREATE EXTENSION citus;
CREATE EXTENSION timescaledb;
CREATE EXTENSION pg_cron;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE TABLE metrics (at timestamptz, device int, value float8);
CREATE TABLE devices (id int PRIMARY KEY, name text);
CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
"""

STATEMENTS = [
    "SELECT create_distributed_table('metrics', 'device')",
    "SELECT create_distributed_table('metrics', 'device', 'hash')",
    "SELECT create_distributed_table('metrics', 'device', colocate_with => 'none', shard_count => 64)",
    "SELECT create_distributed_table('metrics', NULL)",
    "SELECT create_distributed_table_concurrently('metrics', 'device')",
    "SELECT create_reference_table('devices')",
    "SELECT undistribute_table('metrics', cascade_via_foreign_keys => true)",
    "SELECT alter_distributed_table('metrics', shard_count := 30, cascade_to_colocated := true)",
    "SELECT update_distributed_table_colocation('metrics', colocate_with => 'none')",
    "SELECT citus_add_local_table_to_metadata('devices')",
    "SELECT create_distributed_function('lower(text)', '$1')",
    "SELECT citus_schema_distribute('public')",
    "CREATE TABLE archive (id int) USING columnar; SELECT alter_table_set_access_method('archive', 'heap')",
    "SELECT create_hypertable('metrics', 'at')",
    "SELECT * FROM create_hypertable('metrics', 'at', chunk_time_interval => INTERVAL '1 day', if_not_exists => true)",
    "SELECT create_hypertable('metrics', 'at', 'device', 4, migrate_data => true)",
    "SELECT create_hypertable('metrics', by_range('at', INTERVAL '1 day'))",
    "SELECT create_hypertable('metrics', by_range('at')); SELECT add_dimension('metrics', by_hash('device', 4))",
    "SELECT add_dimension('metrics', 'device', number_partitions => 4)",
    "SELECT set_chunk_time_interval('metrics', INTERVAL '24 hours')",
    "SELECT add_retention_policy('metrics', INTERVAL '6 months')",
    "SELECT add_retention_policy('metrics', drop_after => 1000::bigint); SELECT remove_retention_policy('metrics')",
    "SELECT add_compression_policy('metrics', compress_after => INTERVAL '7 days')",
    "SELECT compress_chunk(c) FROM show_chunks('metrics', older_than => INTERVAL '3 days') AS c",
    "SELECT drop_chunks('metrics', newer_than => now()); SELECT drop_chunks('metrics', INTERVAL '1 day')",
    "ALTER TABLE metrics SET (timescaledb.compress, timescaledb.compress_segmentby = 'device, at')",
    "ALTER TABLE metrics SET (fillfactor = 70, timescaledb.compress); ALTER TABLE metrics SET (tsdb.x = 'a', fillfactor = 80)",
    "CREATE TABLE later (at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at')",
    (
        "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS"
        " SELECT time_bucket('1 day', at) AS day, device, first(value, at), last(value, at), avg(value) FROM metrics"
        " GROUP BY 1, 2 WITH NO DATA;"
        " SELECT add_continuous_aggregate_policy('daily', NULL, NULL, schedule_interval => INTERVAL '1 hour');"
        " ALTER MATERIALIZED VIEW daily SET (timescaledb.materialized_only = false)"
    ),
    (
        "CREATE MATERIALIZED VIEW d WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS"
        " SELECT time_bucket(INTERVAL '1 hour', at) AS h FROM metrics GROUP BY 1;"
        " CALL refresh_continuous_aggregate('d', NULL, '2026-01-01')"
    ),
    "SELECT add_job('partman.run_maintenance'::regproc, '1 hour')",
    "SELECT cron.schedule('0 3 * * *', 'VACUUM'); SELECT cron.unschedule(1)",
    "SELECT cron.schedule('nightly', '0 3 * * *', $$VACUUM$$); SELECT cron.unschedule('nightly')",
    "SELECT cron.schedule_in_database('weekly', '@weekly', 'ANALYZE', 'other')",
    "SELECT cron.alter_job(cron.schedule('x', '* * * * *', 'ANALYZE'), active := false)",
    "SELECT partman.create_parent('public.events', 'at', '1 day')",
    (
        "SELECT partman.create_parent(p_parent_table => 'public.events', p_control => 'at', p_interval => '1 month',"
        " p_premake => 2); UPDATE partman.part_config SET retention = '90 days' WHERE parent_table = 'public.events';"
        " INSERT INTO events VALUES (1, now()); CALL partman.run_maintenance_proc()"
    ),
]


@pytest.fixture(scope="module")
def extended(newest_server: database.Server) -> Iterator[Connection]:
    """Lend a database with the stand-ins, which servers since version 18 find (`extension_control_path`)."""
    with ExitStack() as stack:
        server = newest_server
        if not server.embedded:  # a given one has no stand-ins
            server = stack.enter_context(database.server("embedded"))
        connection = stack.enter_context(database.scratch(server))
        connection.execute(EXTENSIONS.encode())
        yield connection


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_migration_runs(extended: Connection, statement: str) -> None:
    text = without_timescale_options(extended, statement)
    assert len(text) == len(statement)
    with extended.transaction(force_rollback=True):
        extended.execute(text.encode())


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT create_distributed_table('metrics', 'x')", errors.UndefinedColumn),
        ("SELECT create_hypertable('metrics', 'x')", errors.UndefinedColumn),
        (
            "SELECT partman.create_parent('public.events', 'x', '1 day')",
            errors.UndefinedColumn,
        ),
        ("SELECT cron.unschedule('x')", errors.RaiseException),
        ("SELECT create_reference_table('nowhere')", errors.UndefinedTable),
    ],
)
def test_what_the_real_one_refuses_is_refused(
    extended: Connection, statement: str, error: type[Exception]
) -> None:
    with pytest.raises(error), extended.transaction(force_rollback=True):
        extended.execute(statement.encode())


def test_the_time_of_a_hypertable_is_not_null_and_has_an_index(
    extended: Connection,
) -> None:
    with extended.transaction(force_rollback=True):
        extended.execute("SELECT create_hypertable('metrics', 'at')")
        facts = extended.execute(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'metrics'::regclass AND attname = 'at'"
        ).fetchone()
        assert facts == (True,)
        extended.execute("DROP INDEX metrics_at_idx")


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("time_bucket('1 day', '2024-05-17 10:22'::timestamp)", "2024-05-17 00:00:00"),
        ("time_bucket('1 week', '2024-05-17'::date)", "2024-05-13"),
        (
            "time_bucket('15 minutes', '2024-05-17 10:22+00'::timestamptz) AT TIME ZONE 'UTC'",
            "2024-05-17 10:15:00",
        ),
        ("time_bucket('1 month', '2024-05-17'::timestamp)", "2024-05-01 00:00:00"),
        ("time_bucket('3 months', '1999-11-05'::timestamp)", "1999-10-01 00:00:00"),
        (
            "time_bucket('1 day', '2024-05-17 23:22+00'::timestamptz, 'Europe/Berlin') AT TIME ZONE 'Europe/Berlin'",
            "2024-05-18 00:00:00",
        ),
        ("time_bucket(10, -3)", "-10"),
        ("time_bucket(10::bigint, 27::bigint, 5::bigint)", "25"),
    ],
)
def test_buckets_of_time_are_the_documented_ones(
    extended: Connection, call: str, value: str
) -> None:
    assert extended.execute(f"SELECT ({call})::text".encode()).fetchone() == (value,)


def test_what_cannot_be_computed_says_so(extended: Connection) -> None:
    with (
        pytest.raises(errors.FeatureNotSupported, match="stand-in"),
        extended.transaction(force_rollback=True),
    ):
        extended.execute("SELECT last(i, i) FROM generate_series(1, 2) AS i")


def test_positions_of_errors_are_those_of_the_file(extended: Connection) -> None:
    text = "ALTER TABLE metrics SET (timescaledb.compress);\nSELECT nowhere;\n"
    migration = Migration(
        version=1, description="", up=SourceFile("1.sql", text), down=None
    )
    with pytest.raises(SqlgenError) as caught:
        migrate.execute(extended, migration)
    [error] = caught.value.diagnostics
    assert error.label
    assert (error.label.span.line, error.label.span.text) == (2, "nowhere")


def test_a_project_builds_and_is_not_squashed(tmp_path: Path) -> None:
    """Build queries on a hypertable; a squashed migration would lack what makes it one."""
    files = {
        "migrations/0001_metrics.sql": "CREATE EXTENSION timescaledb;\n"
        "CREATE TABLE metrics (at timestamptz, value float8);\n"
        "SELECT create_hypertable('metrics', 'at');\n",
        "migrations/0002_more.sql": "ALTER TABLE metrics SET (timescaledb.compress);\n",
        "queries/metrics.sql": "-- name: list_metrics :many\n"
        "SELECT at, time_bucket('1 day', at) AS day, value FROM metrics WHERE at > :since;\n",
        "pyproject.toml": "[tool.sqlgen]\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    config = read.config(tmp_path)
    build.build(config)
    module = (tmp_path / "generated/metrics.py").read_text()
    assert "    at: datetime.datetime\n" in module
    with pytest.raises(SqlgenError, match="stand-in for timescaledb"):
        project.squash(config, 2)
